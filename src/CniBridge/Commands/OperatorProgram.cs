using System.CommandLine;
using CniBridge.CommandLine;

namespace CniBridge.Commands;

/// <summary>The commands of cni-bridge. A plugin call never runs this code, because System.CommandLine is slow to start.</summary>
static class OperatorProgram
{
    internal static int Run(string[] args)
    {
        var root = new RootCommand(
            "Connects containers to a Linux bridge. A drop-in replacement for the CNI plugins bridge, host-local, loopback and portmap.")
        {
            AttachmentCommands.Add(),
            AttachmentCommands.Delete(),
            AttachmentCommands.Check(),
            ConfigurationCommands.Make(),
            RepairCommand.Repair(),
            DoctorCommand.Make(),
            InstallCommand.Install(),
            RollbackCommand.Rollback(),
            UninstallCommand.Uninstall(),
            VersionCommand.Version(),
            RouteCommands.Routes(),
            IpamCommands.Ipam(),
            LogCommand.Log(),
            ShowCommands.Show(),
            ShowCommands.Pod(),
            StatusCommand.Status(),
            MetricsCommand.Metrics(),
            CompletionCommand.Completion(),
        };
        root.Add(ReferenceCommand.Reference(root));
        root.Add(MovedAgentCommand.Agent());
        ArgumentOrder.AddAliases(root);
        HelpWithExamples.AddTo(root, Examples.For);
        return OperatorCommands.Run(root, args, "cni-bridge");
    }
}
