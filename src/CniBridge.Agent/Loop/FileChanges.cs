using CniBridge.Linux.Files;

namespace CniBridge.Agent.Loop;

/// <summary>
/// A watch for changes of a file. It watches the directory, because an atomic replacement creates a new file, and a Kubernetes
/// ConfigMap changes a link next to it.
/// </summary>
sealed class FileChanges(string path) : ISourceChanges, IDisposable
{
    /// <summary>The pause between attempts to watch a missing directory.</summary>
    static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    readonly string _directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
    DirectoryWatch? _watch;

    /// <summary>Changes behind links in the path are not noticed, so the file is also read periodically.</summary>
    public TimeSpan Period { get; } = TimeSpan.FromSeconds(30);

    public void Wait(TimeSpan deadline)
    {
        if (_watch is null)
        {
            // Returning at once makes the caller read again, which covers changes before the watch started.
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
