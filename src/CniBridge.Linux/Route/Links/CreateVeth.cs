using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>One end of a veth pair.</summary>
public readonly record struct VethEnd(string Name, MacAddress Mac);

/// <summary>
/// ip link add HOST address MAC master BRIDGE up type veth peer name POD address MAC netns POD-NS. One message creates both ends,
/// attaches one to the bridge and creates the other directly in the pod's namespace, so that no link is moved or renamed.
/// The pod's end cannot be up in this message; the kernel refuses it before the pair is linked.
/// </summary>
/// <param name="Host">The end on the bridge.</param>
/// <param name="Pod">The end in the pod.</param>
/// <param name="PodNamespace">A descriptor of the pod's network namespace; null: both ends stay in this namespace.</param>
/// <param name="Master">The index of the bridge.</param>
/// <param name="Mtu">The MTU of both ends in bytes; 0: the kernel's default.</param>
sealed record CreateVeth(VethEnd Host, VethEnd Pod, int? PodNamespace, int Master, int Mtu) : INetlinkMessage
{
    public string Operation => $"create the veth pair {Host.Name} and {Pod.Name}";
    public ushort Type => RTM_NEWLINK;
    public ushort Flags => NLM_F_CREATE | NLM_F_EXCL;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(new InterfaceHeader { Flags = IFF_UP, Change = IFF_UP });
        WriteEnd(ref writer, Host);
        writer.Attribute(IFLA_MASTER, Master);
        var info = writer.Begin(IFLA_LINKINFO);
        writer.Attribute(IFLA_INFO_KIND, "veth"u8);
        var data = writer.Begin(IFLA_INFO_DATA);
        var peer = writer.Begin(VETH_INFO_PEER);
        writer.Struct(new InterfaceHeader());
        WriteEnd(ref writer, Pod);
        if (PodNamespace is { } descriptor)
            writer.Attribute(IFLA_NET_NS_FD, descriptor);
        writer.End(peer);
        writer.End(data);
        writer.End(info);
    }

    void WriteEnd(ref MessageWriter writer, VethEnd end)
    {
        writer.Attribute(IFLA_IFNAME, end.Name);
        writer.Attribute(IFLA_ADDRESS, end.Mac.ToBytes());
        if (Mtu > 0)
            writer.Attribute(IFLA_MTU, Mtu);
        // One queue per direction: with more, the kernel waits for one grace period per end to set the number of used queues.
        writer.Attribute(IFLA_NUM_TX_QUEUES, 1u);
        writer.Attribute(IFLA_NUM_RX_QUEUES, 1u);
    }
}
