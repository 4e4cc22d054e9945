using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

/// <summary>A reservation store in directories of a test.</summary>
public abstract class ReservationStoreScene : IDisposable
{
    private protected static readonly ReservationOwner s_owner = new("cid1", "eth0");

    private protected readonly TemporaryDirectory _root = new();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool isDisposing)
    {
        if (!isDisposing)
            return;
        _root.Dispose();
    }

    private protected StorePlace Place => new(_root["data/pods"], _root["state"]);

    private protected string PathOf(string file) => Path.Combine(Place.Directory, file);

    private protected T Use<T>(Func<ReservationStore, T> work)
    {
        using var store = ReservationStore.Open(Place, TextWriter.Null);
        return work(store);
    }

    private protected bool Reserve(string address, ReservationOwner? owner = null) =>
        Use(store => store.TryReserve(IpAddress.Parse(address), owner ?? s_owner));

    private protected string Find(ReservationOwner owner) =>
        Use(store => string.Join(' ', store.FindByOwner(owner).Select(address => address.ToString()).Order(StringComparer.Ordinal)));

    private protected void Write(string file, string content)
    {
        Directory.CreateDirectory(Place.Directory);
        File.WriteAllText(PathOf(file), content);
    }

    private protected string Files() => string.Join(' ', Directory.EnumerateFileSystemEntries(Place.Directory)
        .Select(Path.GetFileName).Order(StringComparer.Ordinal));

    /// <summary>Returns the mode after the umask of the process.</summary>
    private protected static UnixFileMode Masked(int mode)
    {
        var mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith("Umask:", StringComparison.Ordinal))[6..].Trim();
        return (UnixFileMode)(mode & ~Convert.ToInt32(mask, 8));
    }
}
