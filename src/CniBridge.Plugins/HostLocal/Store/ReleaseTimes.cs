using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>When addresses were released: a file each, without content, whose time is the answer.</summary>
sealed class ReleaseTimes(string directory, TextWriter log)
{
    const uint FileMode = 0b110_000_000;

    /// <summary>Null: it was not released, or nobody noted it.</summary>
    internal DateTimeOffset? Find(IpAddress address) => SmallFile.ModifiedAt(PathOf(address));

    internal void Forget(IpAddress address) => Try(() => SmallFile.TryDelete(PathOf(address)));

    internal void Note(IpAddress address) => Try(() =>
    {
        SmallFile.TryDelete(PathOf(address));
        Directories.Ensure(directory);
        SmallFile.TryCreate(PathOf(address), [], FileMode);
    });

    /// <summary>An address that rests too short a time is better than one that is not released.</summary>
    void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"reuseDelay: {e.Message}");
        }
    }

    string PathOf(IpAddress address) => Path.Combine(directory, address.ToString());
}
