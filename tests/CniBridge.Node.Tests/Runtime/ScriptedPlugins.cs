using System.Text.Json.Nodes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Tests.Runtime;

/// <summary>Plugins that are shell scripts. They record environment and input, and answer or fail as the test demands.</summary>
sealed class ScriptedPlugins : IDisposable
{
    const string Script = """
        #!/bin/sh
        here=$(dirname "$0") name=$(basename "$0")
        call="$here/calls/$(printf %02d "$(ls "$here/calls" | wc -l)")"
        mkdir "$call"
        cat > "$call/input"
        env > "$call/environment"
        echo "$CNI_COMMAND $name" > "$call/name"
        answer="$here/answers/$name.$CNI_COMMAND"
        [ ! -e "$answer.log" ] || cat "$answer.log" >&2
        [ ! -e "$answer" ] || cat "$answer"
        [ ! -e "$answer.fails" ]
        """;

    readonly TemporaryDirectory _root = new();

    internal ScriptedPlugins(params ReadOnlySpan<string> names)
    {
        Directory.CreateDirectory(_root["calls"]);
        Directory.CreateDirectory(_root["answers"]);
        foreach (var name in names)
        {
            File.WriteAllText(_root[name], Script + "\n");
            File.SetUnixFileMode(_root[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Answer(name, "ADD", $$$"""{"cniVersion":"1.0.0","dns":{"domain":"{{{name}}}"}}""");
        }
    }

    internal string Path => _root.Path;
    internal string CachePath => _root["results"];
    internal ResultCache Cache => new(CachePath);

    internal void Answer(string name, string verb, string text) => File.WriteAllText(_root[$"answers/{name}.{verb}"], text);

    internal void Log(string name, string verb, string text) => File.WriteAllText(_root[$"answers/{name}.{verb}.log"], text);

    internal void Fail(string name, string verb, string text = """{"code":7,"msg":"it broke","details":"and why"}""")
    {
        Answer(name, verb, text);
        File.WriteAllText(_root[$"answers/{name}.{verb}.fails"], "");
    }

    internal void Succeed(string name, string verb) => File.Delete(_root[$"answers/{name}.{verb}.fails"]);

    string[] CallPaths => [.. Directory.EnumerateDirectories(_root["calls"]).Order(StringComparer.Ordinal)];

    /// <summary>The calls in order, each as VERB PLUGIN.</summary>
    internal string[] Calls => [.. CallPaths.Select(call => File.ReadAllText($"{call}/name").Trim())];

    internal JsonObject Input(int call) => JsonNode.Parse(File.ReadAllBytes($"{CallPaths[call]}/input"))!.AsObject();

    internal string[] Environment(int call) => File.ReadAllLines($"{CallPaths[call]}/environment");

    /// <summary>The environment of the scripts, which need a PATH.</summary>
    internal static Dictionary<string, string> OwnEnvironment { get; } = System.Environment.GetEnvironmentVariables()
        .Cast<System.Collections.DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    internal NetworkChain Chain(TextWriter? log = null, string version = "1.0.0", string more = "", params ReadOnlySpan<string> names)
    {
        var plugins = string.Join(
            ',', names.ToArray().Select(name => $$"""{"type":"{{name}}","key":"of {{name}}","cniVersion":"9.9.9"}"""));
        var list = NetworkList.Parse(System.Text.Encoding.UTF8.GetBytes(
            $$"""{"name":"pods","cniVersion":"{{version}}",{{more}}"plugins":[{{plugins}}]}"""));
        return new NetworkChain(list, new PluginProcess(Path, OwnEnvironment), Cache, log ?? TextWriter.Null);
    }

    public void Dispose() => _root.Dispose();
}
