using System.Text;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>
/// An address management of a node's own: a shell script that notes how it is called, and then does for each verb what
/// the test says. Where nothing is said it gives two addresses, and succeeds silently with all other verbs.
/// </summary>
sealed class ScriptedIpam
{
    /// <summary>What it is called as ipam.type.</summary>
    public const string Type = "scripted";

    public const string Path = $"/opt/cni/bin/{Type}";

    /// <summary>What it answers to ADD unless told otherwise.</summary>
    public const string Addresses = """{"ips": [{"address": "10.88.0.9/24"}, {"address": "fd00:88::9/64"}]}""";

    /// <summary>To do at a verb, as shell text: an answer of one line of JSON.</summary>
    public static string Answer(string json) => $"cat <<'END'\n{json}\nEND";

    /// <summary>Likewise: an error object, with a key that is none of an error's.</summary>
    public static string Error(int code, string message) => Answer(
        $$"""{"cniVersion": "1.0.0", "code": {{code}}, "msg": "{{message}}", "details": "of the script"}""") + "\nexit 1";

    readonly ScratchNode node;
    readonly string notes;

    public ScriptedIpam(ScratchNode node, string path = Path, bool readsInput = true)
    {
        this.node = node;
        notes = $"{ScratchNode.Directory}/notes{path}";
        node.WriteFile($"{notes}/calls", "");
        Does("ADD", Answer(Addresses));
        node.WriteProgram(path, $"""
            #!/bin/sh
            cd '{notes}'
            echo "$CNI_COMMAND" >> calls
            cat /proc/$$/environ > "$CNI_COMMAND.environment"
            {(readsInput ? "cat > \"$CNI_COMMAND.input\"" : "")}
            if [ -e "$CNI_COMMAND.action" ]; then . "./$CNI_COMMAND.action"; fi
            """);
    }

    /// <summary>The verbs it was called with, in order.</summary>
    public IReadOnlyList<string> Calls => File.ReadAllLines(FromOutside("calls"));

    /// <summary>The plain network with these addresses instead of host-local's, and other keys.</summary>
    public static string Network(string keys = "{}", string type = Type) =>
        Configurations.With($$$"""{"ipam": {"type": "{{{type}}}"}}""", keys);

    /// <summary>What to do at a verb, as shell text, after the call was noted.</summary>
    public void Does(string verb, string script) => node.WriteFile($"{notes}/{verb}.action", script + "\n");

    public void ForgetCalls() => File.WriteAllText(FromOutside("calls"), "");

    /// <summary>The bytes it got on its standard input at its last call with the verb.</summary>
    public byte[] Input(string verb) => File.ReadAllBytes(FromOutside($"{verb}.input"));

    /// <summary>The variables it got at its last call with the verb, NAME=VALUE each, in the order of their names.</summary>
    public IEnumerable<string> Environment(string verb) => [.. Encoding.Latin1.GetString(EnvironmentBytes(verb))
        .Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    /// <summary>What an action wrote into a file in its current directory.</summary>
    public string Note(string name) => File.ReadAllText(FromOutside(name));

    byte[] EnvironmentBytes(string verb) => File.ReadAllBytes(FromOutside($"{verb}.environment"));

    string FromOutside(string name) => node.FromOutside($"{notes}/{name}");
}
