using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace CniBridge.EndToEnd.Tests.Routes;

/// <summary>An agent in a node that receives signals there.</summary>
sealed class AgentProcess : IDisposable
{
    readonly ScratchNode node;
    readonly RunningProcess process;
    readonly string pid;

    public AgentProcess(ScratchNode node, string[] command)
    {
        this.node = node;
        // nsenter does not pass signals on, so the process prints its own PID. Signals have their default action, even if the process that
        // started the tests ignores them.
        process = node.Start("env", ["--default-signal", "sh", "-c", "echo pid $$.; exec \"$@\"", "sh", .. command]);
        pid = process.FindOutput("pid ([0-9]+)\\.", TimeSpan.FromSeconds(20))!.Groups[1].Value;
    }

    public string Output => process.Output;

    public void WaitFor([StringSyntax(StringSyntaxAttribute.Regex)] string pattern) => process.WaitForOutput(pattern);

    public int Count(string pattern) => Regex.Count(process.Output, pattern);

    /// <summary>Returns the names of its threads.</summary>
    public IReadOnlyList<string> ThreadNames() =>
        node.Run("sh", "-c", $"cat /proc/{pid}/task/*/comm").Succeeded().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Sets the maximum number of open descriptors. Open ones stay.</summary>
    public void LimitDescriptors(int count) =>
        node.Run("prlimit", "--pid", pid, $"--nofile={count.ToString(CultureInfo.InvariantCulture)}:1024").Succeeded();

    /// <summary>Sets how many threads all processes of the agent's user may have. Root has no limit.</summary>
    public void LimitThreads(string user, int count) => node.Run(
        "setpriv", "--reuid", user, "--clear-groups", "prlimit", "--pid", pid,
        $"--nproc={count.ToString(CultureInfo.InvariantCulture)}:").Succeeded();

    /// <summary>The processor time that the agent has used so far.</summary>
    public TimeSpan ProcessorTime()
    {
        // proc(5): the fields after the name in brackets, of which utime and stime count hundredths of a second.
        var fields = node.Run("cat", $"/proc/{pid}/stat").Succeeded().Stdout.Split(") ")[^1].Split(' ');
        return TimeSpan.FromMilliseconds(
            10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
    }

    /// <summary>Sends a signal and waits for the end.</summary>
    public CommandResult Kill(string signal = "TERM")
    {
        node.Run("kill", $"-{signal}", pid).Succeeded();
        return process.WaitForExit();
    }

    public void Dispose() => process.Dispose();
}
