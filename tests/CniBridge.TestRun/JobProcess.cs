using System.Diagnostics;
using System.Text;

namespace CniBridge.TestRun;

/// <summary>The process of a job, in its own network, mount and PID namespaces where this user may make them.</summary>
sealed class JobProcess : IDisposable
{
    /// <summary>A job that takes longer hangs.</summary>
    static readonly TimeSpan s_limit = TimeSpan.FromMinutes(20);

    /// <summary>
    /// Runs the tests and compares links and rules after them with those before. The shell stays the first process of the PID
    /// namespace, for it reaps orphans. The kernel may still be deleting links of namespaces that have just ended.
    /// </summary>
    const string Script = """
        ip link set lo up
        state() { ip -brief link | sed 's/[ @].*//'; nft list ruleset 2> /dev/null; }
        before=$(state)
        "$@"
        code=$?
        for attempt in 1 2 3 4 5 6 7 8 9 10; do
          after=$(state)
          [ "$before" != "$after" ] || exit $code
          sleep 0.5
        done
        echo "The tests left links or rules in the network namespace of their process: $after" >&2
        exit 99
        """;

    readonly Job job;
    readonly Report report;
    readonly Process process;
    readonly StringBuilder other = new();
    readonly StreamWriter log;
    readonly string temporary;

    public JobProcess(Job job, Report report)
    {
        this.job = job;
        this.report = report;
        Output = new JobOutput(job, report);
        log = new StreamWriter(Path.Combine(Repository.Logs, $"{job.Title}.json"));
        // Processes in different PID namespaces have equal process IDs, so they share no directory for names made from those.
        temporary = Directory.CreateTempSubdirectory("cni-test-").FullName;
        // Some tests act as another user in directories that they create below.
        File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        process = new Process { StartInfo = Start() };
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => ReadOther(line.Data);
    }

    public JobOutput Output { get; }

    /// <summary>Runs the job to its end.</summary>
    /// <param name="isCancelled">Returns true if the whole run was cancelled, so that this end is not a failure.</param>
    public void Run(Func<bool> isCancelled)
    {
        process.Start();
        process.StandardInput.Close();
        if (isCancelled())
            Kill();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(s_limit))
        {
            Kill();
            Fail($"no end after {s_limit}");
            return;
        }
        process.WaitForExit();
        if (isCancelled())
            return;
        // 1 is the exit code after failed tests.
        if (!Output.IsComplete || process.ExitCode is not (0 or 1))
            Fail($"the process ended with code {process.ExitCode}{(Output.IsComplete ? "" : " before its tests did")}");
        var left = Directory.GetFileSystemEntries(temporary).Select(Path.GetFileName).ToList();
        if (left.Count > 0)
            Fail($"the tests left files in their temporary directory: {string.Join(", ", left)}");
    }

    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // The process has not started yet, or has ended.
        }
    }

    public void Dispose()
    {
        process.Dispose();
        log.Dispose();
        Directory.Delete(temporary, recursive: true);
    }

    ProcessStartInfo Start()
    {
        string[] wrapper = Environment.IsPrivilegedProcess
            ? ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
                "--", "sh", "-c", Script, "sh", "dotnet"]
            : ["dotnet"];
        var start = new ProcessStartInfo(wrapper[0], [.. wrapper[1..], .. job.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = temporary;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        // These processes end before code that was measured and compiled again pays off.
        start.Environment["DOTNET_TieredPGO"] = "0";
        // In hex: one minute without new code.
        if (job.Project.IsSplit)
            start.Environment["DOTNET_TC_CallCountingDelayMs"] = "EA60";
        // xunit runs tests in the directory of their assembly.
        if (Environment.GetEnvironmentVariable("CNI_BRIDGE_BIN") is { Length: > 0 } plugins)
            start.Environment["CNI_BRIDGE_BIN"] = Path.GetFullPath(plugins);
        return start;
    }

    void Read(string? line)
    {
        if (line is null)
            return;
        if (line.StartsWith('{'))
        {
            log.WriteLine(line);
            Output.Read(line);
        }
        else
        {
            ReadOther(line);
        }
    }

    void ReadOther(string? line)
    {
        if (line is null)
            return;
        lock (other)
            other.AppendLine(line);
    }

    void Fail(string reason)
    {
        var running = string.Join(", ", Output.Running.Select(each => each.Title));
        lock (other)
            report.AddError(new Failure(job.Title, $"{reason}{(running.Length > 0 ? $"; running: {running}" : "")}\n{other}"));
    }
}
