using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal;

/// <summary>
/// Who has which addresses, so that ADD and DEL need not read every reservation. A cache beside the reservations, outside of
/// their directory (the Go plugin reads every file in there): one file per owner, and a stamp of the directory as we left
/// it. When the stamp does not match, because the Go plugin or a person was there, the node was booted, or we were killed
/// half-way, the index is made anew from the reservations; lost or unwritable, everything works and is only slower.
/// </summary>
sealed class OwnerIndex
{
    const uint FileMode = 0b110_000_000;
    const int MaxFileBytes = 4096;
    const string StampFile = ".stamp";

    /// <summary>NAME_MAX is 255; an interface's name and a comma follow the container ID.</summary>
    const int MaxContainerIdLength = 230;

    readonly string _directory;
    readonly string _store;

    /// <param name="stateDirectory">Where all indexes are.</param>
    /// <param name="store">The directory with the reservations.</param>
    internal OwnerIndex(string stateDirectory, string store)
    {
        _store = store;
        // Networks of one name may have several data directories.
        var mark = StableHash.Of(Path.GetFullPath(store)).ToString("x16", CultureInfo.InvariantCulture);
        var network = Path.GetFileName(store);
        _directory = Path.Combine(stateDirectory, $"{network[..Math.Min(network.Length, 200)]}-{mark}");
    }

    /// <summary>Does the index tell what the reservations tell?</summary>
    internal bool IsCurrent() =>
        SmallFile.TryRead(Path.Combine(_directory, StampFile), MaxFileBytes) is { } stamp &&
        Encoding.ASCII.GetString(stamp) == DirectoryStamp.Get(_store);

    /// <summary>The owner's addresses; to be asked only of a current index.</summary>
    /// <exception cref="IOException">More than the index is made for: half of them would be a wrong answer.</exception>
    internal IReadOnlyList<IpAddress> Find(ReservationOwner owner)
    {
        var text = SmallFile.TryRead(PathOf(owner), MaxFileBytes);
        if (text?.Length == MaxFileBytes)
            throw new IOException($"{PathOf(owner)} has {MaxFileBytes} bytes or more");
        var addresses = new List<IpAddress>();
        foreach (var line in text is null ? [] : Encoding.ASCII.GetString(text).Split('\n'))
        {
            if (IpAddress.TryParse(line, out var address))
                addresses.Add(address);
        }
        return addresses;
    }

    internal void Set(ReservationOwner owner, IReadOnlyCollection<IpAddress> addresses)
    {
        if (addresses.Count == 0)
            SmallFile.TryDelete(PathOf(owner));
        else
            SmallFile.Overwrite(PathOf(owner), Encoding.ASCII.GetBytes(string.Join('\n', addresses) + "\n"), FileMode);
    }

    /// <summary>Makes the index anew.</summary>
    internal void Rebuild(ILookup<ReservationOwner?, IpAddress> owners)
    {
        SmallFile.EnsureDirectory(_directory);
        SmallFile.TryDelete(Path.Combine(_directory, StampFile));
        var wanted = owners.Select(owner => Path.GetFileName(PathOf(owner.Key!))).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(_directory))
        {
            if (!wanted.Contains(Path.GetFileName(path)))
                SmallFile.TryDelete(path);
        }
        foreach (var owner in owners)
            Set(owner.Key!, [.. owner]);
    }

    /// <summary>From here on, whoever changes the reservations without us makes the index stale.</summary>
    internal void Commit() =>
        SmallFile.Overwrite(Path.Combine(_directory, StampFile), Encoding.ASCII.GetBytes(DirectoryStamp.Set(_store)), FileMode);

    string PathOf(ReservationOwner owner)
    {
        var id = owner.ContainerId.Length <= MaxContainerIdLength
            ? owner.ContainerId
            : owner.ContainerId[..200] + "~" + StableHash.Of(owner.ContainerId).ToString("x16", CultureInfo.InvariantCulture);
        return Path.Combine(_directory, $"{id},{owner.InterfaceName}");
    }
}
