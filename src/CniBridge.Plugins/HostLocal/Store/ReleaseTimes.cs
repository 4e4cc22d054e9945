using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>The times at which addresses were released: the modification times of empty files.</summary>
sealed class ReleaseTimes(string directory, TextWriter log)
{
    const uint FileMode = 0b110_000_000;

    /// <summary>Returns the time of the release; null if none is recorded.</summary>
    internal DateTimeOffset? Find(IpAddress address) => SmallFile.ModifiedAt(PathOf(address));

    internal void Forget(IpAddress address) => Try(() => SmallFile.TryDelete(PathOf(address)));

    internal void Note(IpAddress address) => Try(() =>
    {
        SmallFile.TryDelete(PathOf(address));
        Directories.Ensure(directory);
        AtomicFile.TryCreate(PathOf(address), [], FileMode);
    });

    /// <summary>Logs a failure, because a release is more important than the time for which the address rests.</summary>
    void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"cannot use the release times of reuseDelay: {e.Message}");
        }
    }

    string PathOf(IpAddress address) => Path.Combine(directory, address.ToString());
}
