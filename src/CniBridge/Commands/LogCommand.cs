using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection;
using CniBridge.Node.Runtime;
using CniBridge.Output;
using CniBridge.Plugins.Operations;

namespace CniBridge.Commands;

/// <summary>The command log: prints the last plugin operations of this node.</summary>
sealed class LogCommand
{
    readonly OutputOption _output = new();

    readonly WideOption _wide = new();

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

    readonly Option<string?> _pod = new("--pod") { Description = "Show only operations of this Kubernetes pod: NAMESPACE/NAME or NAME." };

    readonly Option<DateTimeOffset?> _since = new("--since")
    {
        Description = "Show only operations since a time: a duration such as 90s, 10m, 2h or 1d, or a time such as 2026-11-22T01:05:23Z.",
        CustomParser = result => TimeValue.ParseSince(result),
    };

    readonly Option<bool> _follow = new("--follow", "-f")
    {
        Description = "Also print new operations until the command is interrupted. With --output json: one object per line.",
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
            "Print the last plugin operations on this node: age, verb, pod, duration, and result or error.")
        {
            _last, _failed, _container, _pod, _since, _follow, _timing, _file,
        };
        _wide.AddTo(command);
        _output.AddTo(command);
        command.SetReportedAction(Run);
        return command;
    }

    int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_follow))
            return Follow(parsed);
        var operations = Select(parsed, new OperationLog(parsed.GetRequiredValue(_file)).Read());
        if (parsed.GetValue(_timing))
        {
            var times = OperationTimes.Create(operations);
            OperatorCommands.Print(_output.IsJson(parsed) ? LogOutput.Json(times) : LogOutput.Text(times));
            return ExitCode.Success;
        }
        operations = KeepLast(parsed, operations);
        OperatorCommands.Print(_output.IsJson(parsed) ? LogOutput.Json(operations) : Text(parsed, operations));
        return ExitCode.Success;
    }

    int Follow(ParseResult parsed)
    {
        if (parsed.GetValue(_timing))
            throw new RuntimeException("--timing and --follow exclude each other");
        using var log = new FollowedLog(parsed.GetRequiredValue(_file));
        var isJson = _output.IsJson(parsed);
        var table = LogOutput.CreateTable(_wide.IsSet(parsed));
        Print(KeepLast(parsed, Select(parsed, log.ReadNew())));
        while (!StandardOutput.IsClosed)
        {
            if (log.Wait())
                Print(Select(parsed, log.ReadNew()));
        }
        return ExitCode.Success;

        void Print(List<Operation> operations)
        {
            foreach (var one in operations)
            {
                if (isJson)
                    OperatorCommands.Print(JsonOutput.Line(one.Write));
                else
                    LogOutput.Add(table, one, _wide.IsSet(parsed));
            }
            if (!isJson && operations.Count > 0)
                OperatorCommands.Print(table.TakeNewRows(_wide.WidthOf(parsed)));
        }
    }

    List<Operation> Select(ParseResult parsed, IEnumerable<Operation> operations) =>
    [
        .. operations
            .Where(one => one.Error is not null || !parsed.GetValue(_failed))
            .Where(one => parsed.GetValue(_container) is not { } id || one.Attachment.ContainerId.StartsWith(id, StringComparison.Ordinal))
            .Where(one => parsed.GetValue(_pod) is not { } pod || one.Pod == pod || one.Pod.EndsWith("/" + pod, StringComparison.Ordinal))
            .Where(one => parsed.GetValue(_since) is not { } since || one.Time >= since),
    ];

    List<Operation> KeepLast(ParseResult parsed, List<Operation> operations) =>
        operations[Math.Max(0, operations.Count - parsed.GetValue(_last))..];

    ScreenText Text(ParseResult parsed, List<Operation> operations)
    {
        var isWide = _wide.IsSet(parsed);
        var table = LogOutput.CreateTable(isWide);
        foreach (var one in operations)
            LogOutput.Add(table, one, isWide);
        return table.IsEmpty ? LogOutput.NoOperations : table.ToText(_wide.WidthOf(parsed));
    }
}
