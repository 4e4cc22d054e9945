using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Tests.Netlink;

/// <summary>Datagrams of the kernel, taken apart the way the product does.</summary>
static class Answer
{
    /// <summary>Decodes every message of a datagram of Captures/answers.</summary>
    internal static List<T> Decode<T>(string capture, NetlinkSocket.Decoder<T> decode)
    {
        var items = new List<T>();
        var reader = new MessageReader(Golden.Capture("answers/" + capture));
        while (reader.Read())
            items.Add(decode(reader.Payload));
        return items;
    }

    /// <summary>The payload and flags of a capture of one message.</summary>
    internal static byte[] Payload(string capture, out ushort flags)
    {
        var reader = new MessageReader(Golden.Capture("answers/" + capture));
        Assert.True(reader.Read());
        flags = reader.Flags;
        return reader.Payload.ToArray();
    }

    /// <summary>Decodes whatever a datagram contains, each message by its type.</summary>
    internal static void DecodeAll(ReadOnlySpan<byte> datagram)
    {
        var reader = new MessageReader(datagram);
        while (reader.Read())
            DecodeByType(reader.Type, reader.Flags, reader.Payload);
    }

    internal static void DecodeByType(ushort type, ushort flags, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case NLMSG_ERROR: _ = Acknowledgement.Decode(payload, flags); break;
            case RTM_NEWLINK: _ = Link.Decode(payload); break;
            case RTM_NEWADDR: _ = LinkAddress.Decode(payload).Cidr.ToString(); break;
            case RTM_NEWVLAN: _ = PortVlan.Decode(payload); break;
            case RTM_NEWROUTE: _ = RouteEntry.Decode(payload).Destination.ToString(); break;
        }
    }
}
