using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>
/// The routes and addresses of a node in memory: "DESTINATION [via GATEWAY] dev LINK [proto N] [metric N]" in the form of ip. Steps have
/// the effect of the kernel (fib_trie.c, ip6_fib.c) as far as tests need it.
/// </summary>
sealed class KernelRoutes
{
    static readonly string[] s_links = ["lo", "eth0", "eth1", "cni0"];

    readonly List<LinkAddress> _addresses = [];

    internal List<RouteEntry> Entries { get; } = [];

    internal RouteSnapshot Snapshot => new([.. Entries], [.. _addresses], index => s_links.ElementAtOrDefault(index - 1));

    /// <summary>Adds an address and the route to its network.</summary>
    internal KernelRoutes With(string link, string cidr)
    {
        var address = Cidr.Parse(cidr);
        _addresses.Add(new LinkAddress(IndexOf(link), address, 0));
        var metric = address.Address.IsV6 ? 256 : 0;
        return With($"{address.Network}/{address.PrefixLength} dev {link} proto 2 metric {metric}");
    }

    internal KernelRoutes With(string route)
    {
        Entries.Add(Parse(route));
        return this;
    }

    internal static RouteEntry Parse(string text)
    {
        var words = text.Split(' ');
        var type = words[0] is "blackhole" or "unreachable" ? words[0] : null;
        var destination = Cidr.Parse(words[type is null ? 0 : 1]);
        List<IpAddress> gateways = [];
        List<int> links = [];
        byte protocol = 3, tos = 0;
        var metric = ClusterRoute.Metric(destination.Address.Family);
        for (var i = type is null ? 1 : 2; i + 1 < words.Length; i += 2)
        {
            switch (words[i])
            {
                case "via": gateways.Add(IpAddress.Parse(words[i + 1])); break;
                case "dev": links.Add(IndexOf(words[i + 1])); break;
                case "proto": protocol = byte.Parse(words[i + 1], null); break;
                case "metric": metric = uint.Parse(words[i + 1], null); break;
                case "tos": tos = byte.Parse(words[i + 1], null); break;
                default: throw new ArgumentException(text);
            }
        }
        return new RouteEntry(destination, 254, gateways, links, protocol)
        {
            IsUnicast = type is null,
            Priority = metric,
            TypeOfService = tos,
        };
    }

    internal void Apply(IEnumerable<RouteStep> steps)
    {
        foreach (var step in steps)
            Apply(step);
    }

    void Apply(RouteStep step)
    {
        var metric = ClusterRoute.Metric(step.Destination.Address.Family);
        var made = new RouteEntry(step.Destination, 254, [step.Gateway!], [step.Index], ClusterRoute.Protocol)
        {
            IsUnicast = true,
            Priority = metric,
        };
        var first = Entries.FindIndex(
            entry => entry.Destination == step.Destination && entry.Priority == metric && entry.TypeOfService == 0);
        switch (step.Action)
        {
            case RouteAction.Add when first < 0: Entries.Add(made); break;
            case RouteAction.Replace when first >= 0: Entries[first] = made; break;
            case RouteAction.Remove: Remove(step); break;
            default: throw new InvalidOperationException($"the kernel would refuse to {step.Action} {step}");
        }
    }

    void Remove(RouteStep step)
    {
        var found = Entries.FindIndex(entry => entry.Destination == step.Destination && entry.Protocol == ClusterRoute.Protocol &&
            (step.Metric == 0 || entry.Priority == step.Metric) && entry.TypeOfService == step.TypeOfService &&
            (step.Gateway is null || entry.Gateways.Contains(step.Gateway)) && (step.Index == 0 || entry.Links.Contains(step.Index)));
        if (found >= 0)
            Entries.RemoveAt(found);
    }

    internal static string Describe(RouteEntry entry) =>
        $"{(entry.IsUnicast ? "" : "blackhole ")}{entry.Destination}" +
        string.Concat(
            entry.Links.Select((link, i) => (i < entry.Gateways.Count ? $" via {entry.Gateways[i]}" : "") + $" dev {s_links[link - 1]}")) +
        $" proto {entry.Protocol} metric {entry.Priority}" + (entry.TypeOfService > 0 ? $" tos {entry.TypeOfService}" : "");

    static int IndexOf(string link) => Array.IndexOf(s_links, link) + 1;
}
