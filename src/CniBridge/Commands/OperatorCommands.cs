using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Commands;

/// <summary>The operator's command line. Never on the path of a plugin call.</summary>
static class OperatorCommands
{
    internal static int Run(string[] args)
    {
        var root = new RootCommand(
            "Gives containers a network on a Linux bridge; a drop-in for the CNI plugins bridge, host-local, loopback and portmap.")
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
            AgentCommand.Agent(),
            IpamCommands.Ipam(),
            LogCommand.Log(),
            ShowCommands.Show(),
            ShowCommands.Pod(),
            StatusCommand.Status(),
            MetricsCommand.Metrics(),
            CompletionCommand.Completion(),
        };
        root.Add(ReferenceCommand.Reference(root));
        HelpWithExamples.AddTo(root);
        return StandardOutput.Complete(Run(root.Parse(args, s_parser)));
    }

    /// <summary>A word that begins with @ is no file of further words.</summary>
    static readonly ParserConfiguration s_parser = new() { ResponseFileTokenReplacer = null };

    static int Run(ParseResult parsed)
    {
        if (parsed.Action is ParseErrorAction)
            return CommandLineErrors.Report(parsed);
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        try
        {
            // Help and completions; commands print by themselves.
            var code = parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output });
            if (output.GetStringBuilder().Length > 0)
                Print(ScreenText.Document(output.ToString()));
            return code;
        }
        // The only catch-all: a person gets one sentence, and no trace of the runtime.
#pragma warning disable CA1031
        catch (Exception e)
        {
            Warn($"internal error, please report it: {e.Message} ({e.GetType().Name})");
            return ExitCode.Error;
        }
#pragma warning restore CA1031
    }

    /// <summary>Failures become one sentence on standard error and exit code 1.</summary>
    internal static int Report(Action action)
    {
        try
        {
            action();
            return ExitCode.Fine;
        }
        catch (Exception e) when (e is RuntimeException or CniException || e.IsIoFailure())
        {
            Warn(Environment.IsPrivilegedProcess ? e.Message : $"{e.Message} (you are not root)");
            return ExitCode.Error;
        }
        catch (OutOfMemoryException)
        {
            Warn("not enough memory");
            return ExitCode.Error;
        }
    }

    /// <summary>As <see cref="Report"/>, with the exit code of an action that fails in no such way.</summary>
    internal static void SetReportedAction(this Command command, Func<ParseResult, int> action) => command.SetAction(parsed =>
    {
        var code = ExitCode.Fine;
        var failure = Report(() => code = action(parsed));
        return failure == ExitCode.Fine ? code : failure;
    });

    internal static void Warn(ScreenText text) => DescriptorStream.StandardError.Write(Encoding.UTF8.GetBytes($"cni-bridge: {text}\n"));

    /// <summary>A person without root is told what is missing from what they see.</summary>
    internal static void TellWhatRootSees(string what)
    {
        if (!Environment.IsPrivilegedProcess)
            Warn($"you are not root, who would also see {what}");
    }

    internal static void Print(ScreenText text) => StandardOutput.Write(text);
}
