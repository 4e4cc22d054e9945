using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary><see cref="INodePorts"/> on the kernel. Sockets are opened when they are needed.</summary>
sealed class NodePorts : INodePorts
{
    RouteSocket? _routes;
    NftSocket? _firewall;

    RouteSocket Routes => _routes ??= new RouteSocket();

    NftSocket Firewall => _firewall ??= new NftSocket();

    PortMapRules Rules => new(Firewall);

    public string? FindLink(IpAddress pod) =>
        Routes.TryGetRoute(pod) is { IsUnicast: true, Gateways: [], Links: [var index] } ? Routes.TryGetLink(index)?.Name : null;

    public bool IsOwn(IpAddress address) => Routes.TryGetRoute(address)?.IsLocal == true;

    public SetElement? Find(HostPortElement element) => Rules.Find(element);

    public IReadOnlyList<HostPortElement> List() => Rules.List();

    public void Apply(HostPortChange change, bool remakesRules = false) => Rules.Apply(change, remakesRules);

    public string? FindDamage(AddressFamily family) => Rules.FindDamage(family);

    public void AllowLocalhost(string link) => Sysctl.Ensure(SettingOf(link), "1");

    public bool AllowsLocalhost(string link) => Sysctl.TryRead(SettingOf(link)) is null or "1";

    static string SettingOf(string link) => $"net/ipv4/conf/{link}/route_localnet";

    public void DeleteGoPorts(string network, string containerId) => new GoPortMappings(Firewall).Delete(network, containerId);

    public void CollectGoPorts(string network, ValidAttachments valid) => new GoPortMappings(Firewall).CollectGarbage(network, valid);

    public IDisposable Lock() => StateLock.Acquire("hostports");

    public void TryFirewall() => Firewall.TryGetTable(NetworkMasquerade.TableOf(AddressFamily.IPv4));

    /// <summary>Restores the missing elements, rules and settings of the records.</summary>
    internal void Restore(IReadOnlyList<HostPortRecord> records)
    {
        Rules.Restore(records);
        foreach (var record in records)
        {
            foreach (var pod in record.Pods)
            {
                if (record.ServesLocalhost(pod))
                    AllowLocalhost(pod.Link!);
            }
        }
    }

    public void Dispose()
    {
        _routes?.Dispose();
        _firewall?.Dispose();
    }
}
