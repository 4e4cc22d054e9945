using System.CommandLine;
using CniBridge.Plugins;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Commands;

/// <summary>version: what this program is and what it understands.</summary>
static class VersionCommand
{
    internal static Command Version()
    {
        var output = new OutputOption();
        var command = new Command("version", "Print the version and the CNI versions that are understood.");
        output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            OperatorCommands.Print(output.IsJson(parsed) ? Json() : Text());
            return ExitCode.Fine;
        });
        return command;
    }

    static ScreenText Text() => $"{ProductVersion.Text}\nCNI protocol versions supported: {string.Join(", ", CniVersion.Supported)}\n";

    static ScreenText Json() => JsonOutput.Object(json =>
    {
        json.WriteString("version", ProductVersion.Number);
        json.WriteOptional("commit", ProductVersion.Commit);
        json.WriteStrings("roles", PluginName.All);
        json.WriteStrings("cniVersions", CniVersion.Supported);
        json.WriteStrings("capabilities", s_capabilities);
    });

    /// <summary>What a configuration may ask a runtime for with "capabilities".</summary>
    static readonly string[] s_capabilities = ["portMappings", "ips", "ipRanges", "mac"];
}
