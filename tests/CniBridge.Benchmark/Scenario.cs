namespace CniBridge.Benchmark;

/// <summary>The measured kind of network.</summary>
/// <param name="Reservations">The number of reservations of other pods in the store.</param>
/// <param name="Parallel">The number of pods that are added at the same time; 1 for one after the other.</param>
/// <param name="Masquerade">True with ipMasq.</param>
/// <param name="SpoofCheck">True with macspoofchk.</param>
/// <param name="AddressesOnly">True to measure host-local, which only the harness calls.</param>
/// <param name="IsNearlyFull">True if only one address in the middle of the range is free.</param>
/// <param name="MaxRounds">The maximum number of rounds, because the Go plugin reads every reservation each time.</param>
/// <param name="HostPorts">The number of host ports of a pod. Other than 0, portmap is measured behind the bridge plugin.</param>
sealed record Scenario(
    string Name,
    string Key,
    bool HasIPv6 = false,
    int Reservations = 0,
    int Parallel = 1,
    bool Masquerade = false,
    int HostPorts = 0,
    bool SpoofCheck = false,
    bool AddressesOnly = false,
    bool IsNearlyFull = false,
    int MaxRounds = int.MaxValue)
{
    /// <summary>True if a store of this size is compared with an empty one.</summary>
    internal bool IsLarge => Reservations >= 10_000;

    internal static IReadOnlyList<Scenario> All { get; } =
    [
        new("IPv4", "v4"),
        new("IPv4 and IPv6", "dual", HasIPv6: true),
        new("IPv4, 1000 addresses reserved", "full", Reservations: 1000),
        new("IPv4, 10,000 addresses reserved", "full10k", Reservations: 10_000),
        new("IPv4, 60,000 addresses reserved", "full60k", Reservations: 60_000, MaxRounds: 50),
        new("host-local alone, 10,000 addresses reserved", "ipam10k", Reservations: 10_000, AddressesOnly: true),
        new("host-local alone, 60,000 addresses reserved", "ipam60k", Reservations: 60_000, AddressesOnly: true, MaxRounds: 50),
        new("host-local alone, one of 65,533 addresses free", "last", Reservations: 65_533, AddressesOnly: true, IsNearlyFull: true,
            MaxRounds: 30),
        new("IPv4, 50 pods at once (wall: until all are done; CPU, ratio: of all)", "many", Parallel: 50),
        new("IPv4 with ipMasq", "masq", Masquerade: true),
        new("IPv4 and IPv6 with ipMasq", "masq6", HasIPv6: true, Masquerade: true),
        new("hostPort: portmap alone, IPv4", "port", HostPorts: 1),
    ];
}
