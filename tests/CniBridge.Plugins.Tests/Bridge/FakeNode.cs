using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>A node in memory that notes every call, and fails where it is told to.</summary>
sealed class FakeNode : INodeNetwork, IAddressManager
{
    internal List<string> Calls { get; } = [];

    /// <summary>The steps that fail, by the name they are noted under.</summary>
    internal HashSet<string> Failing { get; init; } = [];

    internal Dictionary<string, Link> Links { get; init; } = [];
    internal PodInterface? Inside { get; init; }
    internal CniResult Assigned { get; init; } = new();
    internal AddressPlan? Configured { get; private set; }

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
            throw new KernelException(call, Errno.EINVAL);
    }

    public CniResult Allocate(Rollback undo)
    {
        Note("allocate");
        undo.Push("release", () => Note("undo: release"));
        return Assigned;
    }

    public void Release() => Note("release");

    void IAddressManager.Check() => Note("check addresses");

    public void ReportStatus() => Note("report status");

    public Link? FindBridge(string name)
    {
        Note("find bridge");
        return Links.GetValueOrDefault(name);
    }

    public Link CreateBridge(BridgeConfig config)
    {
        Note("create bridge");
        return s_created;
    }

    public void PrepareBridge(Link bridge, BridgeConfig config) => Note("prepare bridge");

    public void EnsureGateways(Link bridge, IReadOnlyList<Cidr> gateways, bool replacesOthers) =>
        Note($"gateways {string.Join(' ', gateways)}{(replacesOthers ? " by force" : "")}");

    public VethPair CreateVeth(Attachment attachment, NetworkNamespace pod, Link bridge, BridgeConfig config)
    {
        Note("create veth");
        return new VethPair(8, "veth01234567", Mac("02:00:00:00:00:02"), Mac("02:00:00:00:00:03"));
    }

    public void ConfigurePod(NetworkNamespace pod, string interfaceName, AddressPlan? plan, bool detectsDuplicates)
    {
        Note("configure pod");
        Configured = plan;
    }

    public void EnableForwarding(bool isV6) => Note(isV6 ? "forward v6" : "forward v4");

    public void AwaitPort(VethPair veth) => Note("await port");

    public void DeleteVeth(VethPair veth) => Note("undo: delete veth");

    public void DeletePodInterface(NetworkNamespace pod, string interfaceName) => Note($"delete {interfaceName} in {pod.Path}");

    public void DeleteHostLink(Attachment attachment) =>
        Note($"delete host link of {attachment.Network}/{attachment.ContainerId}/{attachment.InterfaceName}");

    public void DeleteHostLinks(string network, Func<Attachment, bool> isAlive) => Note(
        $"delete host links of {network} but {string.Join(' ', ((string[])["a", "b"]).Where(id => isAlive(new(network, id, "eth0"))))}");

    public Link? FindLink(string name) => Links.GetValueOrDefault(name);

    public PodInterface? InspectPod(NetworkNamespace pod, string interfaceName) => Inside;

    public void Dispose()
    {
    }
}
