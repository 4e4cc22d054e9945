using System.CommandLine;
using CniBridge.Node.Installation;

namespace CniBridge.Commands;

/// <summary>install: this program and its roles into a node's directory of plugins, with no other program's help.</summary>
static class InstallCommand
{
    /// <summary>Ourselves, wherever we were started from and whatever has that name now.</summary>
    const string OwnProgram = "/proc/self/exe";

    internal static Command Make()
    {
        var binDir = new Option<string>("--bin-dir")
        {
            Description = "Directory of the plugins; it is made when it is not there.",
            DefaultValueFactory = _ => "/opt/cni/bin",
        };
        var names = string.Join(", ", Role.Names);
        var command = new Command("install",
            $"Copy this program into the directory of the plugins, with links {names}; what has those names is replaced.")
        {
            binDir,
        };
        command.SetAction(parsed => OperatorCommands.Report(() =>
        {
            var directory = parsed.GetRequiredValue(binDir);
            var changed = new PluginInstallation(OwnProgram, directory, Role.Names).Run();
            OperatorCommands.Print(changed.Count == 0
                ? $"{directory} has {ProductVersion.Text} already\n"
                : $"installed {ProductVersion.Text} in {directory}: {string.Join(", ", changed)}\n");
        }));
        return command;
    }
}
