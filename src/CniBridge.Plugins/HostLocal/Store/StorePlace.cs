using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>Where a network's reservations are, and where our own notes about them.</summary>
/// <param name="Directory">DATADIR/NETWORK</param>
/// <param name="StateDirectory">For <see cref="OwnerIndex"/>; never inside the data directory.</param>
sealed record StorePlace(string Directory, string StateDirectory)
{
    internal const string DefaultDataDirectory = "/var/lib/cni/networks";
    internal const string DefaultStateDirectory = "/var/lib/cni-bridge/owners";

    /// <summary>Runtimes wait for two minutes or more.</summary>
    internal const int MaxLockTimeout = 60;

    /// <summary>A day.</summary>
    internal const int MaxReuseDelay = 86_400;

    static readonly TimeSpan s_defaultLockDeadline = TimeSpan.FromSeconds(10);

    internal string Network => Path.GetFileName(Directory);

    /// <summary>How long to wait for whoever has the store locked.</summary>
    internal TimeSpan LockDeadline { get; init; } = s_defaultLockDeadline;

    /// <summary>Is the time of each release noted, so that the address can rest?</summary>
    internal bool NotesReleases { get; init; }

    /// <summary>What cannot be is as if it were not there: it keeps no DEL from releasing.</summary>
    /// <param name="lockTimeout">ipam.lockTimeout as written.</param>
    /// <param name="reuseDelay">ipam.reuseDelay as written.</param>
    internal StorePlace With(int? lockTimeout, int? reuseDelay) => this with
    {
        LockDeadline = lockTimeout is >= 1 and <= MaxLockTimeout
            ? TimeSpan.FromSeconds(lockTimeout.Value)
            : s_defaultLockDeadline,
        NotesReleases = reuseDelay is > 0 and <= MaxReuseDelay,
    };

    internal string LockFile => Path.Combine(Directory, "lock");

    /// <param name="dataDir">ipam.dataDir as written.</param>
    /// <param name="stateDir">ipam.stateDir as written.</param>
    /// <exception cref="CniException">Code 7: no absolute path.</exception>
    internal static StorePlace Create(string network, string? dataDir, string? stateDir) => new(
        Path.Combine(ReadPath("ipam.dataDir", dataDir, DefaultDataDirectory), network),
        ReadPath("ipam.stateDir", stateDir, DefaultStateDirectory));

    /// <summary>Checks a path of the configuration. A relative one would depend on the directory that the runtime was started in.</summary>
    /// <param name="written">Null or empty: not configured.</param>
    /// <exception cref="CniException">Code 7: no absolute path.</exception>
    internal static string ReadPath(string key, string? written, string byDefault = "")
    {
        if (string.IsNullOrEmpty(written))
            return byDefault;
        if (written.Contains('\0', StringComparison.Ordinal))
            throw CniException.InvalidConfig(key, written.Replace("\0", "\\0", StringComparison.Ordinal), "contains a NUL character");
        return written[0] == '/' ? written : throw CniException.InvalidConfig(key, written, "use an absolute path");
    }
}
