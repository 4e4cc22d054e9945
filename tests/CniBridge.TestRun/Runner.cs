using System.Collections.Concurrent;

namespace CniBridge.TestRun;

/// <summary>Runs the jobs of a plan, several at the same time.</summary>
sealed class Runner(Report report) : IDisposable
{
    static readonly TimeSpan s_reminder = TimeSpan.FromSeconds(60);

    readonly ConcurrentDictionary<JobProcess, bool> running = [];
    volatile bool isCancelled;

    public void Run(Plan plan, int jobs)
    {
        using var timer = new Timer(_ => Remind(), null, s_reminder, s_reminder);
        var waiting = new ConcurrentQueue<Job>(plan.Together);
        var workers = Enumerable.Range(0, jobs).Select(_ => new Thread(() => Work(waiting))).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        Work(new ConcurrentQueue<Job>(plan.Alone));
    }

    /// <summary>Ends all test processes, with everything that they started.</summary>
    public void Cancel()
    {
        isCancelled = true;
        foreach (var process in running.Keys)
            process.Kill();
    }

    public void Dispose() => Cancel();

    void Work(ConcurrentQueue<Job> waiting)
    {
        while (!isCancelled && waiting.TryDequeue(out var job))
        {
            using var process = new JobProcess(job, report);
            running[process] = true;
            try
            {
                process.Run(() => isCancelled);
            }
            finally
            {
                running.TryRemove(process, out _);
            }
        }
    }

    void Remind()
    {
        var classes = running.Keys.SelectMany(process => process.Output.Running).ToList();
        if (classes.Count > 0)
            report.Remind(classes);
    }
}
