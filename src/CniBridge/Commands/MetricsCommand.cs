using System.CommandLine;
using System.Text;
using CniBridge.CommandLine;
using CniBridge.Linux.Files;
using CniBridge.Plugins.Operations;

namespace CniBridge.Commands;

/// <summary>The command metrics: prints the state of the node as Prometheus metrics.</summary>
sealed class MetricsCommand
{
    const uint FileMode = 0b110_100_100;

    readonly HealthOptions _options = new();

    readonly Option<string?> _textFile = new("--textfile")
    {
        Description = "Write the metrics to this file atomically, for node_exporter's textfile collector. [default: print them]",
    };

    internal static Command Metrics() => new MetricsCommand().Make();

    Command Make()
    {
        var command = new Command("metrics", "Print the state of this node's pod network as Prometheus metrics.") { _textFile };
        _options.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var code = HealthOptions.TellWhatRootSees();
            var text = MetricsText.Format(_options.Take(parsed), new OperationLog().Read());
            if (parsed.GetValue(_textFile) is { } path)
                AtomicFile.Replace(Path.GetFullPath(path), Encoding.UTF8.GetBytes(text), FileMode);
            else
                OperatorCommands.Print(ScreenText.Document(text));
            return code;
        });
        return command;
    }
}
