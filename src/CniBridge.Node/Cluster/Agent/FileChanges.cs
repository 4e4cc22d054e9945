using CniBridge.Linux;

namespace CniBridge.Node.Cluster.Agent;

/// <summary>
/// Changes of a file, by its directory: a file that is replaced is another file, and one of a Kubernetes ConfigMap changes
/// when a link beside it does.
/// </summary>
public sealed class FileChanges(string path) : ISourceChanges, IDisposable
{
    /// <summary>A directory that is not there cannot be watched.</summary>
    static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    readonly string _directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
    DirectoryWatch? _watch;

    /// <summary>What lies behind links in the path may change unseen.</summary>
    public TimeSpan Period { get; } = TimeSpan.FromSeconds(30);

    public void Wait(TimeSpan deadline)
    {
        if (_watch is null)
        {
            // What changed between reading and watching is found by reading once more.
            _watch = DirectoryWatch.TryOpen(_directory);
            if (_watch is null)
                WaitForDirectory(deadline);
            return;
        }
        if (_watch.Wait(deadline) && !Directory.Exists(_directory))
            Dispose();
    }

    void WaitForDirectory(TimeSpan deadline)
    {
        using var parent = DirectoryWatch.TryOpen(Path.GetDirectoryName(_directory) ?? "/") ?? DirectoryWatch.TryOpen("/");
        parent?.Wait(deadline < s_retry ? deadline : s_retry);
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _watch = null;
    }
}
