using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Random node tables and foreign routes from a small number of addresses, so that they conflict.</summary>
sealed class RandomCluster(int seed)
{
    /// <summary>The addresses of the node itself with links and networks, for the kernel and for a route table.</summary>
    internal static readonly (string Link, string Cidr)[] Addresses =
    [
        ("eth0", "192.168.1.11/24"), ("eth0", "fd00:1::11/64"), ("eth1", "172.16.0.11/16"), ("cni0", "10.244.1.1/24"),
            ("cni0", "fd00:a1::1/64"),
    ];

    static readonly string[] s_nodeAddresses =
    [
        "192.168.1.11", "192.168.1.12", "192.168.1.13", "192.168.1.14", "172.16.0.12", "172.16.0.13", "192.168.2.12", "10.9.0.1",
        "fd00:1::11", "fd00:1::12", "fd00:1::13", "fd00:1::14", "fd00:2::12",
    ];

    static readonly string[] s_ranges =
    [
        "10.244.1.0/24", "10.244.1.128/25", "10.244.2.0/24", "10.244.3.0/24", "10.244.4.0/23", "10.244.4.0/24", "192.168.1.64/26",
            "172.16.0.0/12",
        "fd00:a1::/64", "fd00:a2::/64", "fd00:a3::/64", "fd00:a4::/63",
    ];

    static readonly string[] s_elsewhere = ["192.168.2.0/24", "10.0.0.0/8", "10.9.0.0/16", "172.16.0.12/32", "192.168.1.13/32", "0.0.0.0/0",
        "fd00:2::/64", "::/0", "fd00:1::13/128"];

    static readonly string[] s_gateways = ["192.168.1.1", "192.168.1.12", "172.16.0.1", "fd00:1::1", "fd00:1::12"];

#pragma warning disable CA5394 // A test that can be repeated is what a known seed is for.
    readonly Random _random = new(seed);

    T Any<T>(T[] items) => items[_random.Next(items.Length)];

    internal NodeTable Table()
    {
        var lines = new List<string> { "node1 192.168.1.11,fd00:1::11 10.244.1.0/24,fd00:a1::/64" };
        if (_random.Next(10) == 0)
            lines.Clear();
        string[] ranges = [.. s_ranges];
        _random.Shuffle(ranges);
        var taken = 0;
        for (var i = 2; i < 2 + _random.Next(6); i++)
        {
            var addresses = string.Join(',', Enumerable.Range(0, _random.Next(3)).Select(_ => Any(s_nodeAddresses)));
            var count = Math.Min(_random.Next(4), ranges.Length - taken);
            lines.Add($"node{i} {addresses} {string.Join(',', ranges.Skip(taken).Take(count))}");
            taken += count;
        }
        return ShortTable.Of([.. lines]);
    }

    /// <summary>Returns a route in the form of ip. Every third is ours, as an earlier table left it.</summary>
    internal string Route()
    {
        var destination = _random.Next(2) == 0 ? Any(s_ranges) : Any(s_elsewhere);
        var family = AddressFamilies.From(destination.Contains(':', StringComparison.Ordinal));
        var gateway = Any([.. s_gateways.Where(gateway => gateway.Contains(':', StringComparison.Ordinal) == family.IsV6)]);
        var protocol = _random.Next(3) == 0 ? ClusterRoute.Protocol : Any<byte>([3, 4, 12]);
        var metric = Any<uint>([ClusterRoute.Metric(family), ClusterRoute.Metric(family), 100, 2000]);
        var link = IpAddress.Parse(gateway).ToBytes()[0] == 172 ? "eth1" : "eth0";
        return _random.Next(8) switch
        {
            0 => $"blackhole {destination} proto {protocol} metric {metric}",
            1 => $"{destination} dev {link} proto {protocol} metric {metric}",
            _ => $"{destination} via {gateway} dev {link} proto {protocol} metric {metric}",
        };
    }

    internal IEnumerable<string> Routes() => [.. Enumerable.Range(0, _random.Next(12)).Select(_ => Route())];
#pragma warning restore CA5394
}
