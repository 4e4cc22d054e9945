using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>
/// conf/cni-bridge.schema.json as python3-jsonschema reads it. The program also validates the schema itself. One process reads a document
/// per line and prints its errors per line.
/// </summary>
public sealed class SchemaJudge : IDisposable
{
    readonly string _schema;

    public SchemaJudge()
        : this(Schema)
    {
    }

    /// <param name="schema">Another schema's text.</param>
    internal SchemaJudge(string schema) => _schema = schema;

    /// <summary>The text of the schema.</summary>
    internal static string Schema { get; } = Resource.Text("cni-bridge.schema.json");

    const string Missing = "missing";

    const string Program = $$"""
        import json, sys
        try:
            from jsonschema import Draft7Validator
        except ImportError:
            sys.exit(print("{{Missing}}"))
        schema = json.loads(sys.stdin.readline())
        Draft7Validator.check_schema(schema)
        validator = Draft7Validator(schema)
        print("ready", flush=True)
        for line in sys.stdin:
            errors = validator.iter_errors(json.loads(line))
            print(json.dumps([f"{e.json_path}: {e.message}" for e in errors]), flush=True)
        """;

    /// <summary>Debian's Python, which has Debian's packages. PATH may contain another one first.</summary>
    const string DebiansPython = "/usr/bin/python3";

    Process? _process;

    /// <summary>The reason why the judge is unavailable, determined once for all rows.</summary>
    string? _whyNot;

    /// <summary>Returns the errors of a configuration. Skips the test if the judge is unavailable.</summary>
    internal IReadOnlyList<string> Errors(JsonNode? document)
    {
        if (_process is null && _whyNot is null)
            Start();
        Assert.SkipWhen(_whyNot is not null, _whyNot ?? "");
        var errors = JsonNode.Parse(Ask(_process!, document?.ToJsonString() ?? "null"))!.AsArray();
        return [.. errors.Select(error => error!.GetValue<string>())];
    }

    internal IReadOnlyList<string> Errors(string document) => Errors(JsonNode.Parse(document));

    void Start()
    {
        _process = TryStart(File.Exists(DebiansPython) ? DebiansPython : "python3");
        if (_process is null)
            _whyNot = "python3 is not installed";
        else if (Ask(_process, JsonNode.Parse(_schema)!.ToJsonString()) == Missing)
            _whyNot = "python3-jsonschema is not installed";
    }

    static Process? TryStart(string python)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(python, ["-c", Program])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    static string Ask(Process process, string line)
    {
        try
        {
            process.StandardInput.WriteLine(line);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // The process has ended, and its answer or its error is available.
        }
        return process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"the judge ended: {process.StandardError.ReadToEnd()}");
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
    }
}
