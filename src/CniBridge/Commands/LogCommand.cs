using System.CommandLine;
using System.Globalization;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection;
using CniBridge.Output;
using CniBridge.Plugins.Operations;

namespace CniBridge.Commands;

/// <summary>The command log: prints the last plugin operations of this node.</summary>
sealed class LogCommand
{
    readonly OutputOption _output = new();

    readonly Option<int> _last = new("--last")
    {
        Description = "Show the last N operations.",
        DefaultValueFactory = _ => 50,
        CustomParser = OptionValues.ParseCount,
    };

    readonly Option<bool> _failed = new("--failed") { Description = "Show only failed operations." };

    readonly Option<string?> _container = new("--container")
    {
        Description = "Show only operations of containers whose ID begins with this text.",
    };

    readonly Option<bool> _timing = new("--timing")
    {
        Description = "Show the median and 99th percentile of each phase, over all operations in the log.",
    };

    readonly Option<string> _file = new("--file") { Description = "Log file.", DefaultValueFactory = _ => OperationLog.DefaultPath };

    internal static Command Log() => new LogCommand().Make();

    Command Make()
    {
        var command = new Command("log",
            "Print the last plugin operations on this node: time, verb, attachment, duration, and result or error.")
        {
            _last, _failed, _container, _timing, _file,
        };
        _output.AddTo(command);
        command.SetReportedAction(Run);
        return command;
    }

    int Run(ParseResult parsed)
    {
        var operations = new OperationLog(parsed.GetRequiredValue(_file)).Read()
            .Where(one => one.Error is not null || !parsed.GetValue(_failed))
            .Where(one => parsed.GetValue(_container) is not { } id || one.Attachment.ContainerId.StartsWith(id, StringComparison.Ordinal))
            .ToList();
        if (parsed.GetValue(_timing))
        {
            var times = OperationTimes.Create(operations);
            OperatorCommands.Print(_output.IsJson(parsed) ? TimesJson(times) : TimesText(times));
            return ExitCode.Success;
        }
        operations.RemoveRange(0, Math.Max(0, operations.Count - parsed.GetValue(_last)));
        OperatorCommands.Print(_output.IsJson(parsed) ? Json(operations) : Text(operations));
        return ExitCode.Success;
    }

    static readonly ScreenText s_noCalls = $"no operations\n";

    static ScreenText Text(List<Operation> operations)
    {
        var table = new TextTable("TIME", "VERB", "PLUGIN", "NETWORK", "CONTAINER", "INTERFACE", "POD", "MS", "RESULT");
        foreach (var one in operations)
        {
            table.Add(
                one.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), one.Verb, one.Plugin,
                one.Attachment.Network, IpamOutput.Short(one.Attachment.ContainerId), one.Attachment.InterfaceName, one.Pod,
                (one.Microseconds / 1000.0).ToString("0.0", CultureInfo.InvariantCulture), ResultOf(one));
        }
        return table.IsEmpty ? s_noCalls : table.ToText();
    }

    static ScreenText ResultOf(Operation one) => one.Error is { } error
        ? Paint.Bad($"error {error.Code}: {error.Message}")
        : one.Addresses.Count > 0 ? string.Join(' ', one.Addresses) : "ok";

    static ScreenText Json(List<Operation> operations) => JsonOutput.Object(json =>
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

    static ScreenText TimesText(IReadOnlyList<OperationTimes> times)
    {
        var table = new TextTable("PLUGIN", "VERB", "PHASE", "CALLS", "P50 MS", "P99 MS");
        foreach (var one in times)
        {
            table.Add(
                one.Plugin, one.Verb, NameOf(one), one.Count.ToString(CultureInfo.InvariantCulture),
                Milliseconds(one.Median), Milliseconds(one.Percentile99));
        }
        return table.IsEmpty ? s_noCalls : table.ToText();
    }

    static string NameOf(OperationTimes one) => one.Phase is { } phase ? Operation.NameOf(phase) : "all";

    static string Milliseconds(long microseconds) => (microseconds / 1000.0).ToString("0.000", CultureInfo.InvariantCulture);

    static ScreenText TimesJson(IReadOnlyList<OperationTimes> times) => JsonOutput.Object(json =>
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
