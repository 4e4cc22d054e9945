using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Fuzzing;

/// <summary>
/// Calls of plugins with any input. Each answer must follow the specification in time, and a refused call must change nothing.
/// </summary>
sealed class FuzzScene : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    readonly TemporaryDirectory _root = TemporaryDirectory.InMemory();

    internal FuzzScene(int seed)
    {
        Random = new Fuzzer(new PseudoRandom(seed));
        Plugins = new FuzzPlugins(_root.Path);
        Directory.CreateDirectory(Data);
    }

    public void Dispose() => _root.Dispose();

    internal Fuzzer Random { get; }

    internal FuzzPlugins Plugins { get; }

    /// <summary>The directory of the test in configurations. It is the same in every run, so that a seed gives the same inputs.</summary>
    internal const string Root = "/fuzzing";

    internal string Data => _root["data"];

    internal string State => _root["state"];

    internal string Records => _root["run"];

    /// <summary>The number of calls with each code; 0 is success.</summary>
    internal SortedDictionary<int, int> Codes { get; } = [];

    /// <summary>Makes one call and judges it.</summary>
    internal Answer Run(IPlugin plugin, Dictionary<string, string> variables, byte[] config)
    {
        Plugins.Calls.Clear();
        var before = Reservations();
        var clock = Stopwatch.StartNew();
        Answer? answer = null;
        var escaped = Record.Exception(() => answer = Call.Run(plugin, variables, Localized(config)));
        var problem = escaped is not null ? $"escaped: {escaped}"
            : clock.Elapsed > s_patience ? $"took {clock.Elapsed}"
            : Judge(answer!, before, variables.GetValueOrDefault("CNI_COMMAND", ""));
        if (problem is not null)
            Assert.Fail(
                $"{problem}\n{plugin.Name} {Show(variables)}\n{Encoding.UTF8.GetString(config)}\nexit code {answer?.ExitCode}: " +
                $"{answer?.Text}\n{answer?.Log}");
        Count(answer!);
        return answer!;
    }

    byte[] Localized(byte[] config)
    {
        var text = new List<byte>();
        ReadOnlySpan<byte> rest = config, name = Encoding.UTF8.GetBytes(Root), path = Encoding.UTF8.GetBytes(_root.Path);
        for (int at; (at = rest.IndexOf(name)) >= 0; rest = rest[(at + name.Length)..])
        {
            text.AddRange(rest[..at]);
            text.AddRange(path);
        }
        text.AddRange(rest);
        return [.. text];
    }

    void Count(Answer answer)
    {
        var code = answer.ExitCode == 0 ? 0 : answer.Code;
        Codes[code] = Codes.GetValueOrDefault(code) + 1;
    }

    string? Judge(Answer answer, string before, string verb)
    {
        // An unexpected exception is logged with its stack trace.
        if (answer.Log.Contains("   at CniBridge.", StringComparison.Ordinal))
            return "stack trace";
        if (answer.ExitCode is not (0 or 1))
            return "exit code";
        if (answer.ExitCode == 0)
            return verb == "ADD" || verb == "VERSION" ? WhyNotObject(answer.Output) : answer.Output.Length == 0 ? null
                : "output of a call without a result";
        if (WhyNotError(answer.Output) is { } why)
            return why;
        if (answer.Code is not (CniErrorCode.IncompatibleVersion or CniErrorCode.InvalidEnvironment or CniErrorCode.DecodingFailure
            or CniErrorCode.InvalidConfig))
            return null;
        if (Reservations() != before)
            return "reservations changed";
        return verb == "ADD" && Unfinished(Plugins.Calls) is { } call ? $"did: {call}" : null;
    }

    /// <summary>Returns a change of a refused ADD that was not undone, or null.</summary>
    static string? Unfinished(List<string> calls) =>
        calls.Find(
            call => call.StartsWith("configure pod", StringComparison.Ordinal) || call.StartsWith("gateways", StringComparison.Ordinal)) ??
        (calls.Contains("create veth") && !calls.Contains("undo: delete veth") ? "create veth" : null) ??
        (calls.Contains("allocate") && !calls.Contains("undo: release") ? "allocate" : null);

    static string? WhyNotObject(byte[] output)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            return document.RootElement.ValueKind == JsonValueKind.Object ? null : "no object";
        }
        catch (JsonException e)
        {
            return $"no JSON: {e.Message}";
        }
    }

    static string? WhyNotError(byte[] output)
    {
        if (WhyNotObject(output) is { } why)
            return why;
        using var document = JsonDocument.Parse(output);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            var isRight = member.Name switch
            {
                "code" => member.Value.ValueKind == JsonValueKind.Number && member.Value.GetInt32() > 0,
                "msg" => member.Value.ValueKind == JsonValueKind.String && member.Value.GetString()!.Length > 0,
                "details" => member.Value.ValueKind == JsonValueKind.String,
                _ => false,
            };
            if (!isRight)
                return $"error object: {member}";
        }
        return document.RootElement.TryGetProperty("code", out _) && document.RootElement.TryGetProperty("msg", out _) ? null
            : "no error object";
    }

    /// <summary>Returns the reserved addresses with their owners.</summary>
    internal string Reservations()
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file);
            if (name != "lock" && !name.StartsWith("last_reserved_ip", StringComparison.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"{file}: {Convert.ToHexString(ReadOrNothing(file))}\n");
        }
        return text.ToString();
    }

    /// <summary>Returns the content of a file, or nothing for a dangling or circular link.</summary>
    internal static byte[] ReadOrNothing(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (IOException)
        {
            return [];
        }
    }

    static string Show(Dictionary<string, string> variables) =>
        string.Join(
            ' ', variables.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}={JsonEncodedText.Encode(pair.Value)}"));
}
