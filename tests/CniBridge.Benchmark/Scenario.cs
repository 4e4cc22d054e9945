namespace CniBridge.Benchmark;

/// <summary>What kind of network is measured.</summary>
/// <param name="Reservations">Addresses that other pods have in its store.</param>
/// <param name="Parallel">Pods that are added at once; 1: one after the other.</param>
sealed record Scenario(string Name, string Key, bool HasIPv6 = false, int Reservations = 0, int Parallel = 1)
{
    internal static IReadOnlyList<Scenario> All { get; } =
    [
        new("IPv4", "v4"),
        new("IPv4 and IPv6", "dual", HasIPv6: true),
        new("IPv4, 1000 addresses reserved", "full", Reservations: 1000),
        new("IPv4, 50 pods at once (wall: until all are done; CPU, ratio: of all)", "many", Parallel: 50),
    ];
}
