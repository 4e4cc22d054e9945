using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection.Configurations;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Node.Runtime;

namespace CniBridge.Commands;

/// <summary>The commands conf validate and conf show: check configuration files, and print the one that a runtime uses.</summary>
sealed class ConfigurationReviewCommands
{
    readonly OutputOption _output = new();

    readonly Argument<string[]> _files = new("file")
    {
        Description = "Configuration files. [default: all of --conf-dir]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    readonly Option<string> _confDir = SharedOptions.ConfDir();

    readonly Option<string> _binDir = SharedOptions.BinDir();

    internal static Command Validate() => new ConfigurationReviewCommands().MakeValidate();

    internal static Command Show() => new ConfigurationReviewCommands().MakeShow();

    Command MakeValidate()
    {
        var command = new Command("validate",
            "Check configuration files for unknown keys, invalid values, unsupported versions and missing plugins. " +
            "Exit with 2 if there are findings.")
        {
            _files, _confDir, _binDir,
        };
        _output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var reviews = new List<FileReview>();
            foreach (var file in FilesOf(parsed))
                reviews.Add(FileReview.Create(file, parsed.GetRequiredValue(_binDir)));
            OperatorCommands.Print(_output.IsJson(parsed) ? Json(reviews) : Text(reviews));
            return ExitCodeOf(reviews);
        });
        return command;
    }

    IReadOnlyList<string> FilesOf(ParseResult parsed)
    {
        if (parsed.GetValue(_files) is { Length: > 0 } named)
            return named;
        var directory = parsed.GetRequiredValue(_confDir);
        return NetworkList.FindAll(directory) is { Count: > 0 } all
            ? all
            : throw new RuntimeException($"no network configuration in {directory}");
    }

    /// <summary>Returns the exit code. A finding in one file takes precedence over another file that could not be read.</summary>
    static int ExitCodeOf(List<FileReview> reviews)
    {
        if (reviews.Exists(review => review.IsRead && review.Findings.Count > 0))
            return ExitCode.Findings;
        return reviews.Exists(review => !review.IsRead) ? ExitCode.Error : ExitCode.Success;
    }

    static ScreenText Text(List<FileReview> reviews)
    {
        var text = new ScreenText();
        foreach (var (file, findings, _) in reviews)
        {
            foreach (var finding in findings)
            {
                text.Append($"{file}:{finding.Position.Line}:{finding.Position.Column}: ")
                    .Append($"{(finding.IsError ? Paint.Bad("error") : Paint.Warning("warning"))}: {finding.Message}\n");
            }
            if (findings.Count == 0)
                text.Append($"{file}: ok\n");
        }
        return text;
    }

    static ScreenText Json(List<FileReview> reviews) => JsonOutput.Object(json =>
    {
        json.WriteStartArray("files");
        foreach (var (file, findings, _) in reviews)
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            json.WriteBoolean("valid", !findings.Any(finding => finding.IsError));
            json.WriteStartArray("findings");
            foreach (var finding in findings)
                Write(json, finding);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    static void Write(Utf8JsonWriter json, ConfigurationFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("severity", finding.IsError ? "error" : "warning");
        json.WriteNumber("line", finding.Position.Line);
        json.WriteNumber("column", finding.Position.Column);
        json.WriteOptional("key", finding.Key);
        json.WriteString("message", finding.Message);
        json.WriteEndObject();
    }

    Command MakeShow()
    {
        var command = new Command("show",
            "Print the network configuration that a runtime uses: the first file, its plugins and their paths.")
        {
            _confDir, _binDir,
        };
        _output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            var files = NetworkList.FindAll(parsed.GetRequiredValue(_confDir));
            var list = NetworkList.LoadFirst(parsed.GetRequiredValue(_confDir));
            var binDir = parsed.GetRequiredValue(_binDir);
            OperatorCommands.Print(_output.IsJson(parsed) ? Json(files, list, binDir) : Text(files, list, binDir));
            return ExitCode.Success;
        });
        return command;
    }

    static ScreenText Text(IReadOnlyList<string> files, NetworkList list, string binDir)
    {
        var text = new ScreenText().Append($"{files[0]}\nnetwork {list.Name}, CNI {list.Version}\n");
        foreach (var plugin in list.Plugins)
            text.Append($"  {TypeOf(plugin)}  {(PathOf(plugin, binDir) is { } path ? path : Paint.Bad($"not in {binDir}"))}\n");
        foreach (var (_, network) in NetworkFile.From(list, files[0]))
        {
            var subnets = network.Subnets.Count == 0 ? "" : $", pods from {string.Join(' ', network.Subnets)}";
            text.Append($"bridge {network.Bridge}{subnets}\n");
            if (network.StoreDirectory is not null)
                text.Append($"reservations in {network.StoreDirectory}\n");
        }
        foreach (var file in files.Skip(1))
            text.Append($"ignored: {file}\n");
        return text;
    }

    static string TypeOf(JsonObject plugin) => plugin["type"]!.GetValue<string>();

    static string? PathOf(JsonObject plugin, string binDir) =>
        Path.Combine(binDir, TypeOf(plugin)) is var path && File.Exists(path) ? path : null;

    static ScreenText Json(IReadOnlyList<string> files, NetworkList list, string binDir) => JsonOutput.Object(json =>
    {
        json.WriteString("file", files[0]);
        json.WriteString("network", list.Name);
        json.WriteString("cniVersion", list.Version);
        json.WriteStartArray("plugins");
        foreach (var plugin in list.Plugins)
        {
            json.WriteStartObject();
            json.WriteString("type", TypeOf(plugin));
            json.WriteOptional("path", PathOf(plugin, binDir));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("bridges");
        foreach (var (_, network) in NetworkFile.From(list, files[0]))
        {
            json.WriteStartObject();
            json.WriteString("bridge", network.Bridge);
            json.WriteStrings("subnets", network.Subnets.Select(subnet => subnet.ToString()));
            json.WriteOptional("store", network.StoreDirectory);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStrings("passedOver", files.Skip(1));
    });
}
