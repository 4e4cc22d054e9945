using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace CniBridge.Lab;

/// <summary>A child process with its collected output. Disposal kills it with its children.</summary>
sealed class RunningProcess : IDisposable
{
    /// <summary>
    /// The default time limit. Programs need seconds, and a busy machine may need minutes, so only a hanging program takes longer.
    /// </summary>
    static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);

    readonly Process process;
    readonly string commandLine;
    readonly StringBuilder stdout = new();
    readonly StringBuilder stderr = new();
    readonly object changed = new();
    int openStreams = 2;

    public RunningProcess(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        FillEnvironment(start, environment);
        commandLine = $"{program} {string.Join(' ', start.ArgumentList)}";
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Collect(stdout, line.Data);
        process.ErrorDataReceived += (_, line) => Collect(stderr, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    /// <summary>The output of the process so far.</summary>
    public string Output
    {
        get
        {
            lock (changed)
            {
                return $"stdout: {stdout}\nstderr: {stderr}";
            }
        }
    }

    /// <summary>Gives the process a part of its input.</summary>
    public void WriteInput(string input)
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // The reason is that of FinishInput.
        }
    }

    /// <summary>Gives the process its whole input: <paramref name="input"/> and then the end of it.</summary>
    public void FinishInput(string input = "")
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process has ended or does not read its input. Its exit code is reported.
        }
    }

    /// <summary>Waits until stdout or stderr matches <paramref name="pattern"/>.</summary>
    public void WaitForOutput([StringSyntax(StringSyntaxAttribute.Regex)] string pattern)
    {
        if (FindOutput(pattern, DefaultTimeout) is null)
        {
            throw new LabException($"{commandLine} did not say '{pattern}'\n{Output}");
        }
    }

    /// <summary>
    /// Waits until stdout or stderr matches <paramref name="pattern"/>. Returns null if the process or the time ends first.
    /// </summary>
    public Match? FindOutput([StringSyntax(StringSyntaxAttribute.Regex)] string pattern, TimeSpan timeout)
    {
        var deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (changed)
        {
            while (true)
            {
                var match = Regex.Match($"{stdout}{stderr}", pattern);
                if (match.Success)
                {
                    return match;
                }

                if (openStreams == 0 || !WaitForChange(deadline))
                {
                    return null;
                }
            }
        }
    }

    public CommandResult WaitForExit(TimeSpan? timeout = null)
    {
        var limit = timeout ?? DefaultTimeout;
        var deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        var ended = process.WaitForExit(limit);
        lock (changed)
        {
            // A daemon that inherited the streams keeps them open after the process itself has ended.
            while (ended && openStreams > 0)
            {
                ended = WaitForChange(deadline);
            }

            var exitCode = ended ? process.ExitCode : -1;
            var result = new CommandResult(commandLine, exitCode, stdout.ToString(), stderr.ToString());
            return ended ? result : throw new TimeoutException($"no end after {limit}: {result}");
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }

    static void FillEnvironment(ProcessStartInfo start, IReadOnlyDictionary<string, string>? environment)
    {
        // Variables of the developer, such as CNI_*, CONTAINERS_* or GO*, must not affect a test.
        start.Environment.Clear();
        start.Environment["PATH"] = InstalledPrograms.SearchPath;
        start.Environment["HOME"] = "/root";
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
    }

    bool WaitForChange(long deadline)
    {
        var left = deadline - Environment.TickCount64;
        return left > 0 && Monitor.Wait(changed, TimeSpan.FromMilliseconds(left));
    }

    void Collect(StringBuilder output, string? line)
    {
        lock (changed)
        {
            if (line is null)
            {
                openStreams--;
            }
            else
            {
                output.Append(line).Append('\n');
            }

            Monitor.PulseAll(changed);
        }
    }
}
