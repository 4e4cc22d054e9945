using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Links;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip netns list-id: the ID that this namespace uses for another one in the links of its own.</summary>
sealed record GetNamespaceId(int Descriptor) : INetlinkMessage
{
    public string Operation => "look up the number of a network namespace";
    public ushort Type => RTM_GETNSID;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        // struct rtgenmsg: one byte and padding
        writer.Struct(default(byte));
        writer.Attribute(NETNSA_FD, Descriptor);
    }

    /// <summary>Decodes the ID. The kernel answers NETNSA_NSID_NOT_ASSIGNED for a namespace that no link leads to.</summary>
    internal static object Decode(ReadOnlySpan<byte> payload)
    {
        var attributes = new AttributeReader(payload[sizeof(uint)..]);
        while (attributes.Read())
        {
            if (attributes.Type == NETNSA_NSID)
                return attributes.Int32;
        }
        return Link.NoNamespace;
    }
}
