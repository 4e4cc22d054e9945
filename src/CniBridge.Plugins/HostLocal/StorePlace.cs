using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal;

/// <summary>Where a network's reservations are, and where our own notes about them.</summary>
/// <param name="Directory">DATADIR/NETWORK</param>
/// <param name="StateDirectory">For <see cref="OwnerIndex"/>; never inside the data directory.</param>
sealed record StorePlace(string Directory, string StateDirectory)
{
    const string DefaultDataDirectory = "/var/lib/cni/networks";
    const string DefaultStateDirectory = "/var/lib/cni-bridge/owners";

    internal string LockFile => Path.Combine(Directory, "lock");

    /// <param name="dataDir">ipam.dataDir as written.</param>
    /// <param name="stateDir">ipam.stateDir as written.</param>
    /// <exception cref="CniException">Code 7: not a path.</exception>
    internal static StorePlace Of(string network, string? dataDir, string? stateDir) => new(
        Path.Combine(PathOf("ipam.dataDir", dataDir, DefaultDataDirectory), network),
        PathOf("ipam.stateDir", stateDir, DefaultStateDirectory));

    static string PathOf(string key, string? written, string byDefault)
    {
        if (string.IsNullOrEmpty(written))
            return byDefault;
        if (!written.Contains('\0', StringComparison.Ordinal))
            return written;
        var shown = written.Replace("\0", "\\0", StringComparison.Ordinal);
        throw CniException.InvalidConfig(key, shown, "contains a NUL character");
    }
}
