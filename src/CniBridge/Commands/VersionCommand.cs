using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Commands;

/// <summary>The command version: prints the version of the program, and the CNI versions that it supports.</summary>
static class VersionCommand
{
    internal static Command Version()
    {
        var output = new OutputOption();
        var command = new Command("version", "Print the version of cni-bridge and the supported CNI versions.");
        output.AddTo(command);
        command.SetReportedAction(parsed =>
        {
            OperatorCommands.Print(output.IsJson(parsed) ? Json() : Text());
            return ExitCode.Success;
        });
        return command;
    }

    static ScreenText Text() => $"{ProductVersion.Text}\nCNI protocol versions supported: {string.Join(", ", CniVersion.Supported)}\n";

    static ScreenText Json() => JsonOutput.Object(json =>
    {
        json.WriteString("version", ProductVersion.Number);
        json.WriteOptional("commit", ProductVersion.Commit);
        json.WriteString("build", ProductVersion.BuildKind);
        json.WriteStrings("roles", PluginName.All);
        json.WriteStrings("cniVersions", CniVersion.Supported);
        json.WriteStrings("capabilities", s_capabilities);
    });

    /// <summary>The values of "capabilities" in a configuration that the plugins use.</summary>
    static readonly string[] s_capabilities = ["portMappings", "ips", "ipRanges", "mac"];
}
