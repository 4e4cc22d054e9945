using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Protocol;

sealed record IpamDeleteJson
{
    public string? Type { get; init; }
    public string? DataDir { get; init; }
    public string? StateDir { get; init; }
    public int? ReuseDelay { get; init; }
    public int? LockTimeout { get; init; }

    internal static IpamDeleteJson Read(JsonKeys keys) => new()
    {
        Type = keys.GetString("type"),
        DataDir = keys.GetString("dataDir"),
        // The records are a cache: DEL must release even if their directory is invalid.
        StateDir = keys.IsString("stateDir") && keys.GetString("stateDir") is ['/', ..] path &&
            !path.Contains('\0', StringComparison.Ordinal)
            ? path
            : null,
        ReuseDelay = keys.TryGetInt32("reuseDelay"),
        LockTimeout = keys.TryGetInt32("lockTimeout"),
    };
}
