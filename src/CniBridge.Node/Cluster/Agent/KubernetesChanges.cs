using CniBridge.Linux;
using CniBridge.Node.Cluster.Kubernetes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Agent;

/// <summary>A watch for changes of Kubernetes nodes. Events may be missed, so the complete list is also read every minute.</summary>
public sealed class KubernetesChanges(KubectlWatch watch) : ISourceChanges, IDisposable
{
    static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1), s_lastPause = TimeSpan.FromSeconds(30);

    readonly Trigger _changed = new(), _ended = new();
    Thread? _thread;

    public TimeSpan Period { get; } = TimeSpan.FromSeconds(60);

    public void Wait(TimeSpan deadline)
    {
        if (_thread is null)
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "kubectl" };
            _thread.Start();
        }
        _changed.Wait(deadline);
    }

    void Run()
    {
        var pause = s_firstPause;
        while (!_ended.IsStopped)
        {
            if (TryWaitForChange())
            {
                pause = s_firstPause;
                _changed.Set();
                continue;
            }
            _ended.WaitForStop(pause);
            pause = pause * 2 < s_lastPause ? pause * 2 : s_lastPause;
        }
    }

    bool TryWaitForChange()
    {
        try
        {
            return watch.WaitForChange();
        }
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            // Reading the list fails as well, and reports the error.
            return false;
        }
    }

    /// <summary>Ends the watch and kills kubectl.</summary>
    public void Dispose()
    {
        _ended.Stop();
        watch.Dispose();
    }
}
