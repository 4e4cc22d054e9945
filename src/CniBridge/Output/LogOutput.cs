using System.Globalization;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection;
using CniBridge.Plugins.Operations;

namespace CniBridge.Output;

/// <summary>The plugin operations of the log as text and as JSON.</summary>
static class LogOutput
{
    internal static readonly ScreenText NoOperations = $"no operations\n";

    /// <summary>Creates an empty table of operations.</summary>
    internal static TextTable CreateTable(bool isWide) => isWide
        ? new TextTable("TIME", "VERB", "PLUGIN", "NETWORK", "CONTAINER", "INTERFACE", "POD", "MS", "RESULT") { Numbers = ["MS"] }
        : new TextTable("AGE", "VERB", "PLUGIN", "POD", "MS", "RESULT")
        {
            Numbers = ["MS"],
            Shortened = ["VERB", "PLUGIN", "POD", "RESULT"],
        };

    internal static void Add(TextTable table, Operation one, bool isWide)
    {
        var milliseconds = (one.Microseconds / 1000.0).ToString("0.0", CultureInfo.InvariantCulture);
        if (isWide)
        {
            table.Add(
                one.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), one.Verb, one.Plugin,
                one.Attachment.Network, one.Attachment.ContainerId, one.Attachment.InterfaceName, one.Pod, milliseconds, ResultOf(one));
            return;
        }
        var pod = one.Pod.Length > 0 ? one.Pod : IpamOutput.Short(one.Attachment.ContainerId);
        table.Add(RelativeTime.AgeOf(one.Time), one.Verb, one.Plugin, pod, milliseconds, ResultOf(one));
    }

    static ScreenText ResultOf(Operation one) => one.Error is { } error
        ? Paint.Bad($"error {error.Code}: {error.Message}")
        : one.Addresses.Count > 0 ? string.Join(' ', one.Addresses) : "ok";

    internal static ScreenText Json(IReadOnlyList<Operation> operations) => JsonOutput.Object(json =>
    {
        json.WriteStartArray("operations");
        foreach (var one in operations)
        {
            json.WriteStartObject();
            one.Write(json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    internal static ScreenText Text(IReadOnlyList<OperationTimes> times)
    {
        var table = new TextTable("PLUGIN", "VERB", "PHASE", "CALLS", "P50 MS", "P99 MS") { Numbers = ["CALLS", "P50 MS", "P99 MS"] };
        foreach (var one in times)
        {
            table.Add(
                one.Plugin, one.Verb, NameOf(one), one.Count.ToString(CultureInfo.InvariantCulture),
                Milliseconds(one.Median), Milliseconds(one.Percentile99));
        }
        return table.IsEmpty ? NoOperations : table.ToText();
    }

    static string NameOf(OperationTimes one) => one.Phase is { } phase ? Operation.NameOf(phase) : "all";

    static string Milliseconds(long microseconds) => (microseconds / 1000.0).ToString("0.000", CultureInfo.InvariantCulture);

    internal static ScreenText Json(IReadOnlyList<OperationTimes> times) => JsonOutput.Object(json =>
    {
        json.WriteStartArray("times");
        foreach (var one in times)
        {
            json.WriteStartObject();
            json.WriteString("plugin", one.Plugin);
            json.WriteString("verb", one.Verb);
            json.WriteString("phase", NameOf(one));
            json.WriteNumber("calls", one.Count);
            json.WriteNumber("p50Microseconds", one.Median);
            json.WriteNumber("p99Microseconds", one.Percentile99);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
