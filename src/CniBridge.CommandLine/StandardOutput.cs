using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Files;

namespace CniBridge.CommandLine;

/// <summary>
/// The standard output of a command. A closed pipe or a full disk must not interrupt a change: the command continues without
/// output, and its exit code reports the failure.
/// </summary>
static class StandardOutput
{
    static KernelException? s_failure;

    /// <summary>True if a write failed, or if the reader closed its end of the pipe.</summary>
    internal static bool IsClosed => s_failure is not null || DescriptorStream.StandardOutput.IsReaderGone;

    internal static void Write(ScreenText text)
    {
        if (s_failure is not null)
            return;
        try
        {
            DescriptorStream.StandardOutput.Write(Encoding.UTF8.GetBytes(text.ToString()));
        }
        catch (KernelException e)
        {
            s_failure = e;
        }
    }

    /// <summary>Returns the exit code of the process: the command's own code, or an error if its output failed.</summary>
    /// <param name="code">The exit code of the command.</param>
    internal static int Complete(int code)
    {
        if (s_failure is null)
            return code;
        if (s_failure.Errno == Errno.EPIPE)
            return ExitCode.ClosedPipe;
        OperatorCommands.Warn(s_failure.Message);
        return ExitCode.Error;
    }
}
