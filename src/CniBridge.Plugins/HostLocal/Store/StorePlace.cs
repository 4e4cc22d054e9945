using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>The directories of a network's reservations and of their index.</summary>
/// <param name="Directory">DATADIR/NETWORK</param>
/// <param name="StateDirectory">The directory of each <see cref="OwnerIndex"/>; never inside the data directory.</param>
sealed record StorePlace(string Directory, string StateDirectory)
{
    internal const string DefaultDataDirectory = "/var/lib/cni/networks";
    internal const string DefaultStateDirectory = "/var/lib/cni-bridge/owners";

    /// <summary>The maximum of ipam.lockTimeout in seconds; runtimes wait two minutes or more for a plugin.</summary>
    internal const int MaxLockTimeout = 60;

    /// <summary>The maximum of ipam.reuseDelay in seconds: one day.</summary>
    internal const int MaxReuseDelay = 86_400;

    static readonly TimeSpan s_defaultLockDeadline = TimeSpan.FromSeconds(10);

    internal string Network => Path.GetFileName(Directory);

    /// <summary>The time to wait for the lock of the store.</summary>
    internal TimeSpan LockDeadline { get; init; } = s_defaultLockDeadline;

    /// <summary>True: record the time of each release, so that the address can rest.</summary>
    internal bool NotesReleases { get; init; }

    /// <summary>Sets the times. Treats invalid values as absent, so that DEL can always release.</summary>
    /// <param name="lockTimeout">ipam.lockTimeout as configured, in seconds.</param>
    /// <param name="reuseDelay">ipam.reuseDelay as configured, in seconds.</param>
    internal StorePlace With(int? lockTimeout, int? reuseDelay) => this with
    {
        LockDeadline = lockTimeout is >= 1 and <= MaxLockTimeout
            ? TimeSpan.FromSeconds(lockTimeout.Value)
            : s_defaultLockDeadline,
        NotesReleases = reuseDelay is > 0 and <= MaxReuseDelay,
    };

    internal string LockFile => Path.Combine(Directory, "lock");

    /// <summary>Creates the place from the configured directories, or their defaults.</summary>
    /// <param name="dataDir">ipam.dataDir as configured.</param>
    /// <param name="stateDir">ipam.stateDir as configured.</param>
    /// <exception cref="CniException">Code 7: a path is not absolute.</exception>
    internal static StorePlace Create(string network, string? dataDir, string? stateDir) => new(
        Path.Combine(ReadPath("ipam.dataDir", dataDir, DefaultDataDirectory), network),
        ReadPath("ipam.stateDir", stateDir, DefaultStateDirectory));

    /// <summary>Validates a path of the configuration. A relative one would depend on the working directory of the runtime.</summary>
    /// <param name="written">Null or empty: not configured.</param>
    /// <exception cref="CniException">Code 7: the path is not absolute.</exception>
    internal static string ReadPath(string key, string? written, string byDefault = "")
    {
        if (string.IsNullOrEmpty(written))
            return byDefault;
        if (written.Contains('\0', StringComparison.Ordinal))
            throw CniException.InvalidConfig(key, written.Replace("\0", "\\0", StringComparison.Ordinal), "contains a NUL character");
        return written[0] == '/' ? written : throw CniException.InvalidConfig(key, written, "use an absolute path");
    }
}
