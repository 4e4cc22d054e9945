using CniBridge.Linux.Files;
using CniBridge.Plugins.Operations;

namespace CniBridge.Commands;

/// <summary>The log of plugin operations while plugins append to it, also across its rotation.</summary>
sealed class FollowedLog(string path) : IDisposable
{
    /// <summary>The longest time until a closed pipe, or the creation of the log's directory, is noticed.</summary>
    static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    readonly string _directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
    DirectoryWatch? _watch;
    Operation? _last;

    /// <summary>Waits for at most a second. Returns true if the log may have changed.</summary>
    internal bool Wait()
    {
        if (_watch is not null)
            return _watch.Wait(s_interval);
        Thread.Sleep(s_interval);
        return true;
    }

    /// <summary>Returns the operations since the last call, oldest first. The first call returns all operations.</summary>
    internal IReadOnlyList<Operation> ReadNew()
    {
        // The watch comes first, so that no change between both is missed. It is a new one, because the directory may be another by now.
        _watch?.Dispose();
        _watch = DirectoryWatch.TryOpen(_directory);
        var all = new OperationLog(path).Read();
        var start = _last is null ? 0 : FindNext(all, _last);
        if (start < all.Count)
            _last = all[^1];
        return [.. all.Skip(start)];
    }

    /// <summary>
    /// Returns the index of the first operation after the last known one. If a rotation or another program removed that one, the
    /// operations that are later than it are new: older ones may remain in the other file.
    /// </summary>
    static int FindNext(IReadOnlyList<Operation> all, Operation last)
    {
        for (var i = all.Count - 1; i >= 0; i--)
        {
            if (IsSame(all[i], last))
                return i + 1;
        }
        var next = 0;
        while (next < all.Count && all[next].Time <= last.Time)
            next++;
        return next;
    }

    /// <summary>Compares two operations. Times have a resolution of 100 ns.</summary>
    static bool IsSame(Operation one, Operation other) =>
        (one.Time, one.Verb, one.Plugin, one.Attachment, one.Microseconds) ==
        (other.Time, other.Verb, other.Plugin, other.Attachment, other.Microseconds);

    public void Dispose() => _watch?.Dispose();
}
