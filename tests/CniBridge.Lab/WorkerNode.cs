using System.Text.Json;
using CniBridge.Lab.Kernel;

namespace CniBridge.Lab;

/// <summary>A node of the cluster: a machine on the LAN with a range for its pods.</summary>
sealed class WorkerNode : Machine
{
    readonly Families families;
    readonly List<Pod> pods = [];

    /// <param name="number">The number from 1. The last number of its LAN address is 10 more.</param>
    /// <param name="range">The number of its pod CIDR.</param>
    public WorkerNode(int number, int range, Families families, Router router, Transcript transcript)
        : base($"node{number}", transcript)
    {
        this.families = families;
        Number = number;
        Range = range;
        router.Plug(Node, Name);
        ConfigureLan();
    }

    public int Number { get; }

    public int Range { get; }

    public IReadOnlyList<Pod> Pods => pods;

    public IEnumerable<string> PodRanges => families.Each().Select(isV6 => Addresses.PodRange(Range, isV6));

    public IEnumerable<string> LanAddresses => families.Each().Select(LanAddress);

    public string LanAddress(bool isV6) => Addresses.Lan(Number + 10, isV6);

    /// <summary>Configures the LAN as the network manager of a node does, at the start and after a link failure.</summary>
    public void ConfigureLan() => Type("ip link set eth0 up\n" + string.Join('\n', families.Each().Select(isV6 => $"""
        ip address replace {LanAddress(isV6)}/{Addresses.LanPrefix(isV6)} dev eth0{(isV6 ? " nodad" : "")}
        ip route replace {Addresses.Default(isV6)} via {Addresses.Lan(1, isV6)}
        """)));

    public void FlapLan()
    {
        Type("ip link set eth0 down");
        ConfigureLan();
    }

    /// <summary>Creates a pod and attaches it to the network of /etc/cni/net.d.</summary>
    public void AddPod(string name)
    {
        Type($"""
            ip netns add {name}
            cni-bridge add {name} {name} > /run/{name}.json
            """);
        var link = NetworkState.Of(Node, name).Find("eth0");
        pods.Add(new Pod(this, name, [.. link.Addresses.Select(address => address.Split('/')[0])]));
        PingWatch.Start(this, name);
        WebServer.Start(this, name);
    }

    /// <summary>Returns true if the kernel has a route over the LAN to each range.</summary>
    public bool HasRoutes(IEnumerable<string> ranges)
    {
        var have = Routes().Where(route => route.TryGetProperty("gateway", out _)).Select(Destination).ToHashSet();
        return ranges.All(have.Contains);
    }

    public static string Destination(JsonElement route) => route.GetProperty("dst").GetString()!;
}
