using System.Text;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>
/// An IPAM plugin of a node: a shell script that records its calls and then runs the action of the test for the verb. By default it gives
/// two addresses, and succeeds silently for all other verbs.
/// </summary>
sealed class ScriptedIpam
{
    /// <summary>The name of the plugin in ipam.type.</summary>
    public const string Type = "scripted";

    public const string Path = $"/opt/cni/bin/{Type}";

    /// <summary>The default result of ADD.</summary>
    public const string Addresses = """{"ips": [{"address": "10.88.0.9/24"}, {"address": "fd00:88::9/64"}]}""";

    /// <summary>Returns an action for a verb as shell text: it prints one line of JSON.</summary>
    public static string Answer(string json) => $"cat <<'END'\n{json}\nEND";

    /// <summary>Returns an action that prints an error object with an additional key.</summary>
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

    /// <summary>The recorded verbs in order.</summary>
    public IReadOnlyList<string> Calls => File.ReadAllLines(FromOutside("calls"));

    /// <summary>Returns the plain network with these addresses in place of host-local's, and other keys.</summary>
    public static string Network(string keys = "{}", string type = Type) =>
        Configurations.With($$$"""{"ipam": {"type": "{{{type}}}"}}""", keys);

    /// <summary>Sets the action of a verb as shell text. It runs after the call was recorded.</summary>
    public void Does(string verb, string script) => node.WriteFile($"{notes}/{verb}.action", script + "\n");

    public void ForgetCalls() => File.WriteAllText(FromOutside("calls"), "");

    /// <summary>Returns the standard input of the last call with the verb.</summary>
    public byte[] Input(string verb) => File.ReadAllBytes(FromOutside($"{verb}.input"));

    /// <summary>Returns the variables of the last call with the verb as NAME=VALUE, sorted by name.</summary>
    public IEnumerable<string> Environment(string verb) => [.. Encoding.Latin1.GetString(EnvironmentBytes(verb))
        .Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    /// <summary>Returns the content of a file that an action wrote into its current directory.</summary>
    public string Note(string name) => File.ReadAllText(FromOutside(name));

    byte[] EnvironmentBytes(string verb) => File.ReadAllBytes(FromOutside($"{verb}.environment"));

    string FromOutside(string name) => node.FromOutside($"{notes}/{name}");
}
