using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Node.Cluster.Routes;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Installation;

/// <summary>The removal of cni-bridge's objects from the kernel.</summary>
/// <param name="record">The installation; null if unknown. Without it, bridges and settings stay.</param>
sealed class KernelRemoval(RouteSocket socket, UninstallationPlan plan, InstallationRecord? record)
{
    /// <summary>The name of the nftables tables of each family.</summary>
    const string Table = "cni-bridge";

    /// <summary>Adds the removal of host veths, which also removes the container interfaces.</summary>
    internal void AddPods(IReadOnlyList<PodInterface> pods)
    {
        foreach (var pod in pods)
            plan.Remove($"the link {pod.Host.Name} of the pod {pod.Name}", () => socket.DeleteLink(pod.Host.Index, pod.Host.Name));
    }

    internal void AddTables()
    {
        using var tables = new NftSocket();
        foreach (var family in (ReadOnlySpan<TableFamily>)[TableFamily.IPv4, TableFamily.IPv6, TableFamily.Bridge])
        {
            var table = new TableName(family, Table);
            if (tables.TryGetTable(table) is not null)
                plan.Remove($"the table {table}", () => Delete(table));
        }
    }

    static void Delete(TableName table)
    {
        using var socket = new NftSocket();
        if (socket.TryGetTable(table) is null)
            return;
        socket.Commit(new NftBatch().Add(new DeleteTable(table)));
    }

    internal void AddRoutes()
    {
        foreach (var family in AddressFamilies.All)
        {
            foreach (var route in socket.ListRoutes(family))
            {
                if (!ClusterRoute.IsOurs(route))
                    continue;
                var deletion = new DeleteRoute(route.Destination, ClusterRoute.Protocol)
                {
                    Gateway = route.Gateways is [var gateway, ..] ? gateway : null,
                    Index = route.Links is [var index, ..] ? index : 0,
                    Priority = route.Priority,
                    TypeOfService = route.TypeOfService,
                };
                plan.Remove($"the route {route.Destination}", () => socket.Execute(deletion));
            }
        }
    }

    /// <summary>
    /// Adds the removal of bridges that did not exist before the installation and will have no ports. A bridge does not show which
    /// program created it.
    /// </summary>
    /// <param name="pods">The pods whose links another step removes.</param>
    internal void AddBridges(IReadOnlyList<string> names, IReadOnlyList<PodInterface> pods)
    {
        foreach (var name in names)
        {
            if (socket.TryGetLink(name) is not { Kind: "bridge" } bridge)
                continue;
            var ports = socket.ListPorts(bridge.Index);
            ports.RemoveAll(port => pods.Any(pod => pod.Host.Index == port.Index));
            if (record is null)
                plan.Leave($"the bridge {name}", "it may have existed before the installation");
            else if (record.Node.Bridges.Contains(name))
                plan.Leave($"the bridge {name}", "it existed before the installation");
            else
                Add(bridge, ports);
        }
    }

    void Add(Link bridge, List<Link> ports)
    {
        var gateways = ports.FindAll(PodInterfaces.IsVlanGateway);
        if (ports.Count > gateways.Count)
        {
            var others = string.Join(", ", ports.Except(gateways).Select(port => port.Name));
            plan.Leave($"the bridge {bridge.Name}", $"it has other ports: {others}");
            return;
        }
        foreach (var port in gateways)
            plan.Remove($"the link {port.Alias}, the gateway of a VLAN", () => socket.DeleteLink(port.Index, port.Name));
        plan.Remove($"the bridge {bridge.Name}", () => socket.DeleteLink(bridge.Index, bridge.Name));
    }

    internal void AddSettings()
    {
        if (record is null)
        {
            if (Sysctl.TryRead("net/ipv4/ip_forward") is "1")
                plan.Leave("forwarding", "it may have been on before the installation");
            return;
        }
        foreach (var (name, value) in NodeSettings.FindChanged(record.Node.Settings))
            plan.Add(UninstallationVerb.Set, $"{name} to {value}", () => Sysctl.Ensure(name, value));
    }
}
