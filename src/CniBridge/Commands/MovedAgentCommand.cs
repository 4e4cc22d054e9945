using System.CommandLine;
using CniBridge.CommandLine;

namespace CniBridge.Commands;

/// <summary>The former command agent: a unit or a manifest that still calls it gets an error that names the new program.</summary>
static class MovedAgentCommand
{
    internal static Command Agent()
    {
        var command = new Command("agent", "This command is now the program cni-bridge-agent.")
        {
            Hidden = true,
            // Any options: the error must not be about one of them.
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(_ =>
        {
            OperatorCommands.Warn("the agent is now a program of its own: start cni-bridge-agent instead");
            OperatorCommands.Warn(
                "replace --kubernetes with --kubeconfig FILE and --metrics with --listen; remove --kubectl; give nodes files with --nodes");
            return ExitCode.Error;
        });
        return command;
    }
}
