using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>A node in memory that records every call. The steps in <see cref="Failing"/> fail.</summary>
sealed partial class FakeNode : INodeNetwork, IBridgeLinks, IGatewayLinks, IHostLinks, IContainerLinks, IAddressManager
{
    internal const uint IFF_UP = 0x1;

    internal List<string> Calls { get; } = [];

    /// <summary>The steps that fail, by their recorded names.</summary>
    internal HashSet<string> Failing { get; init; } = [];

    internal int FailsWith { get; init; } = Errno.EINVAL;

    internal Dictionary<string, Link> Links { get; init; } = [];
    internal ContainerInterface? Inside { get; init; }
    internal CniResult Assigned { get; init; } = new();
    internal AddressPlan? Configured { get; private set; }

    /// <summary>The number of configured container interfaces that were not disposed.</summary>
    internal int OpenPodLinks { get; private set; }

    /// <summary>The MAC of the pod's port. A bridge without its own MAC takes it when the port has joined.</summary>
    internal MacAddress? PortMac { get; init; }

    /// <summary>The addresses of each link.</summary>
    internal Dictionary<string, List<Cidr>> Addresses { get; init; } = [];

    internal List<Link> Ports { get; init; } = [];
    internal List<PortVlan> Vlans { get; init; } = [];
    internal Link? VlanPort { get; init; }

    /// <summary>The VLANs of the gateway's port. <see cref="Vlans"/> are those of every other port.</summary>
    internal List<PortVlan> GatewayVlans { get; init; } = [];
    internal List<AttachedLink> AttachedLinks { get; init; } = [];
    internal List<AddressUser> Users { get; init; } = [];
    internal bool WasMasqueraded { get; init; }
    internal bool HasFormerRanges { get; init; }
    internal bool ForwardsV4 { get; init; }
    internal bool ForwardsV6 { get; init; }

    public IBridgeLinks Bridges => this;

    public IGatewayLinks Gateways => this;

    public IHostLinks HostLinks => this;

    public IContainerLinks ContainerLinks => this;

    public INodeFirewall Firewall => this;

    public bool NeedsInterface { get; init; }

    public bool ServesIPv6 { get; init; }

    public IReadOnlyList<AddressPool> Pools { get; init; } = [];

    public string Store => "/var/lib/cni/networks/pods";

    /// <summary>The families with a masquerade: v4, v6.</summary>
    internal HashSet<string> Masqueraded { get; init; } = [];

    /// <summary>The directions that a foreign chain blocks: from, to.</summary>
    internal HashSet<string> Obstructed { get; init; } = [];

    /// <summary>True if rules of the Go plugins depend on the addresses of the attachment.</summary>
    internal bool AsksForAddresses { get; init; }
    internal string? MissingGuard { get; init; }

    /// <summary>True if the node has a host veth with the alias of the attachment.</summary>
    internal bool HasHostLink { get; init; }

    /// <summary>True if the namespace has a veth with the requested name.</summary>
    internal bool HasVeth { get; init; } = true;

    /// <summary>The peer of that veth on the node.</summary>
    internal Link? VethHost { get; init; }

    internal bool? IsOfRecord { get; init; }

    static readonly Link s_inside = new() { Index = 2, Name = "eth0", Kind = "veth" };

    public IReadOnlyList<IpAddress> LastServed { get; init; } = [];

    public bool HasMoved { get; init; }

    static readonly Link s_created = new()
    {
        Index = 7,
        Name = "cni0",
        Kind = "bridge",
        Mac = Mac("02:00:00:00:00:01"),
    };

    internal static MacAddress Mac(string text) => MacAddress.TryParse(text, out var mac) ? mac : throw new FormatException(text);

    void Note(string call)
    {
        Calls.Add(call);
        if (Failing.Contains(call))
            throw new KernelException(call, FailsWith);
    }

    T Note<T>(string call, T answer)
    {
        Note(call);
        return answer;
    }

    public CniResult Allocate(Rollback undo)
    {
        Note("allocate");
        undo.Push("release", () => Note("undo: release"));
        return Assigned;
    }

    public void Release() => Note("release");

    void IAddressManager.Check() => Note("check addresses");

    void IAddressManager.CollectGarbage(bool areLinksGone) => Note(areLinksGone ? "collect addresses" : "collect addresses, links left");

    public void ReportStatus() => Note("report status");

    public IReadOnlyList<AddressUser> ListUsers() => Note("users", Users);

    Link? IBridgeLinks.Find(BridgeConfig config) => Note("find bridge", Links.GetValueOrDefault(config.Bridge));

    Link IBridgeLinks.Create(BridgeConfig config) => Note("create bridge", s_created);

    public void Prepare(Link bridge, BridgeConfig config) => Note("prepare bridge");

    public Link EnsureVlanLink(Link bridge, BridgeConfig config) => Note($"VLAN gateway on {bridge.Name}", new Link
    {
        Index = 9,
        Name = config.VlanGateway!,
        Kind = "veth",
        Mac = Mac("02:00:00:00:00:04"),
    });

    public IReadOnlyList<Cidr> ListAddresses(Link link) =>
        Note($"addresses of {link.Name}", Addresses.GetValueOrDefault(link.Name) ?? []);

    public void ChangeAddresses(Link link, IReadOnlyList<Cidr> added, IReadOnlyList<Cidr> removed)
    {
        string[] replaced = removed.Count > 0 ? ["in place of", .. removed.Select(cidr => cidr.ToString())] : [];
        Note($"gateways of {link.Name}: {string.Join(' ', [.. added.Select(cidr => cidr.ToString()), .. replaced])}");
    }

    public IReadOnlyList<Link> ListPorts(Link bridge) => Note($"ports of {bridge.Name}", Ports);

    public IReadOnlyList<PortVlan> ListVlans(Link port) => Note($"VLANs of {port.Name}", port == VlanPort ? GatewayVlans : Vlans);

    VethPair IHostLinks.Create(Attachment attachment, NetworkNamespace pod, Link bridge, BridgeConfig config)
    {
        Note("create veth");
        if (PortMac is { } mac)
            Links[bridge.Name] = bridge with { Mac = mac };
        return new VethPair(8, "veth01234567", Mac("02:00:00:00:00:02"), Mac("02:00:00:00:00:03"));
    }

    public IPodLink Configure(NetworkNamespace pod, string interfaceName, AddressPlan? plan, IDuplicateJudge? duplicates)
    {
        Note(duplicates is null ? "configure pod" : "configure pod, without duplicates");
        Configured = plan;
        OpenPodLinks++;
        return new PodLink(this);
    }

    public IDuplicateJudge WatchDuplicates(Link bridge, VethPair veth, Func<Attachment, IpAddress?> findReservation)
    {
        Note($"watch duplicates on {bridge.Name} but not {veth.HostName}");
        OpenPodLinks++;
        return new DuplicateJudge(this);
    }

    public IpAddress? FindReservation(Attachment attachment, AddressFamily family) => null;

    public void UpdateNeighbours(Link link, IReadOnlyList<Cidr> addresses, MacAddress mac) =>
        Note($"neighbours of {link.Name}: {string.Join(' ', addresses)} at {mac}");

    public void EnableForwarding(AddressFamily family) => Note(family.IsV6 ? "forward v6" : "forward v4");

    public bool IsForwarding(AddressFamily family) =>
        family.IsV6 ? Note("is forwarding v6", ForwardsV6) : Note("is forwarding v4", ForwardsV4);

    public IPortWatch Watch(Link bridge, VethPair veth)
    {
        Note("watch port");
        OpenPodLinks++;
        return new PortWatch(this);
    }

    public void Delete(VethPair veth) => Note("undo: delete veth");

    PodVeth? IContainerLinks.Find(NetworkNamespace pod, string interfaceName) =>
        Note($"find {interfaceName} in {pod.Path}", HasVeth ? new PodVeth(s_inside, VethHost) : null);

    public void Delete(NetworkNamespace pod, PodVeth veth) => Note($"delete {veth.Inside.Name} in {pod.Path}");

    public bool Delete(Attachment attachment) =>
        Note($"delete host link of {attachment.Network}/{attachment.ContainerId}/{attachment.InterfaceName}", HasHostLink);

    public bool? IsRecordedNamespace(NetworkNamespace pod) => IsOfRecord;

    public IReadOnlyList<AttachedLink> List(string network) => Note($"host links of {network}", AttachedLinks);

    public void Delete(Link link) => Note($"delete {link.Name}");

    public Link? FindLink(string name) => Links.GetValueOrDefault(name);

    public Link? FindVlanPort(Link gateway) => VlanPort;

    public MacAddress GetMac(Link link) => Note($"MAC of {link.Name}", (Links.GetValueOrDefault(link.Name) ?? link).Mac);

    public ContainerInterface? Inspect(NetworkNamespace pod, string interfaceName, IReadOnlySet<Cidr> wanted) => Inside is null
        ? null
        : Inside with
        {
            Addresses = [.. Inside.Addresses.Where(wanted.Contains)],
            Routes = [.. Inside.Routes.Where(route => wanted.Contains(route.Destination))],
        };

    public void TryKernel(BridgeConfig config) => Note("try kernel");

    public void Dispose()
    {
    }

    sealed class PortWatch(FakeNode node) : IPortWatch
    {
        public void Await() => node.Note("await port");

        public void Dispose() => node.OpenPodLinks--;
    }

    sealed class DuplicateJudge(FakeNode node) : IDuplicateJudge
    {
        public bool IsFalseClaim(IpAddress address) => false;

        public void Dispose() => node.OpenPodLinks--;
    }

    sealed class PodLink(FakeNode node) : IPodLink
    {
        public void Announce(MacAddress mac) => node.Note($"announce {mac}");

        public void Dispose() => node.OpenPodLinks--;
    }
}
