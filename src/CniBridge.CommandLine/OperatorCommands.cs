using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Files;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Protocol;

namespace CniBridge.CommandLine;

/// <summary>The operator's command line of a program: runs a command, and prints results, warnings and failures.</summary>
static class OperatorCommands
{
    /// <summary>Parses @NAME as an ordinary word. By default the library would read further words from a file NAME.</summary>
    static readonly ParserConfiguration s_parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>The name of the program in messages. The name of its file may differ.</summary>
    internal static string Program { get; private set; } = "cni-bridge";

    /// <summary>Runs the command that the arguments name, and returns the exit code of the process.</summary>
    /// <param name="program">The name of the program in messages.</param>
    internal static int Run(RootCommand root, string[] args, string program)
    {
        Program = program;
        return StandardOutput.Complete(Run(root.Parse(ArgumentOrder.Arrange(root, args), s_parser)));
    }

    static int Run(ParseResult parsed)
    {
        if (parsed.Action is ParseErrorAction)
            return CommandLineErrors.Report(parsed);
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        try
        {
            // Only the library writes to this output (help and completions). The commands print by themselves.
            var code = parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output });
            if (output.GetStringBuilder().Length > 0)
                Print(ScreenText.Document(output.ToString()));
            return code;
        }
        // The only catch-all of the program: the operator sees one sentence instead of a stack trace.
#pragma warning disable CA1031
        catch (Exception e)
        {
            Warn($"internal error, please report it: {e.Message}");
            return ExitCode.Error;
        }
#pragma warning restore CA1031
    }

    /// <summary>Runs an action and returns the exit code. Prints an expected failure as one sentence on standard error.</summary>
    internal static int Report(Action action)
    {
        try
        {
            action();
            return ExitCode.Success;
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

    /// <summary>
    /// Sets the action of a command, with the failure handling of <see cref="Report"/>. The action returns the exit code.
    /// </summary>
    internal static void SetReportedAction(this Command command, Func<ParseResult, int> action) => command.SetAction(parsed =>
    {
        var code = ExitCode.Success;
        var failure = Report(() => code = action(parsed));
        return failure == ExitCode.Success ? code : failure;
    });

    internal static void Warn(ScreenText text) => DescriptorStream.StandardError.Write(Encoding.UTF8.GetBytes($"{Program}: {text}\n"));

    /// <summary>
    /// Warns a user without root privileges that the output is incomplete. Returns the exit code of a complete or incomplete answer.
    /// </summary>
    internal static int TellWhatRootSees(string what)
    {
        if (Environment.IsPrivilegedProcess)
            return ExitCode.Success;
        Warn($"you are not root: run as root to see {what} too");
        return ExitCode.Error;
    }

    internal static void Print(ScreenText text) => StandardOutput.Write(text);
}
