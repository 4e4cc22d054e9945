using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Route.Links;
using static CniBridge.Linux.Packets.PacketConstants;
using static CniBridge.Linux.Packets.SocketFilter;

namespace CniBridge.Linux.Packets;

/// <summary>
/// A packet socket (packet(7)) that asks hosts on a link for their MAC: with ARP (RFC 826) or neighbour solicitations (RFC 4861). It does
/// not change the neighbour entries of this namespace.
/// </summary>
public sealed unsafe class NeighbourSolicitor : IDisposable
{
    const int ArpLength = 28, HeaderLength = 40, SolicitationLength = 32, MaxLength = HeaderLength + SolicitationLength;

    readonly Descriptor _socket;
    readonly Link _link;
    readonly IpAddress _source;

    /// <param name="source">The address of the link that hosts answer to. It decides the family.</param>
    /// <exception cref="KernelException">The process lacks CAP_NET_RAW.</exception>
    public NeighbourSolicitor(Link link, IpAddress source)
    {
        (_link, _source) = (link, source);
        // With protocol 0 nothing arrives until the socket is bound.
        _socket = Descriptor.OpenSocket(LibC.AF_PACKET, LibC.SOCK_DGRAM | LibC.SOCK_NONBLOCK, 0);
        try
        {
            if (source.IsV6)
                _socket.AttachFilter(s_advertisements);
            var local = AddressOf([]);
            KernelException.ThrowIfFailed(
                LibC.bind(_socket.Number, (sockaddr*)&local, (uint)sizeof(sockaddr_ll)), "listen to neighbours");
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    static readonly sock_filter[] s_advertisements =
    [
        LoadByte(6),
        Jump(1, IPPROTO_ICMPV6, 2, 4),
        LoadByte(HeaderLength),
        Jump(3, ND_NEIGHBOR_ADVERT, 5, 4),
        Return(0),
        Return(MaxLength),
    ];

    /// <summary>Waits until an answer has arrived, at most for a time.</summary>
    public void Wait(TimeSpan time)
    {
        var polled = new pollfd { fd = _socket.Number, events = LibC.POLLIN };
        _ = LibC.poll_errno(&polled, 1, (int)time.TotalMilliseconds + 1);
    }

    sockaddr_ll AddressOf(ReadOnlySpan<byte> mac)
    {
        var address = new sockaddr_ll
        {
            sll_family = (ushort)LibC.AF_PACKET,
            sll_protocol = LibC.htons(_source.IsV6 ? ETH_P_IPV6 : ETH_P_ARP),
            sll_ifindex = _link.Index,
            sll_halen = (byte)mac.Length,
        };
        mac.CopyTo(new Span<byte>(address.sll_addr, 8));
        return address;
    }

    /// <summary>Sends one solicitation. A failure to send counts as a missing answer.</summary>
    public void Ask(IpAddress target)
    {
        Span<byte> message = stackalloc byte[MaxLength];
        Span<byte> mac = stackalloc byte[6];
        var length = target.IsV6 ? WriteSolicitation(message, target, mac) : WriteRequest(message, target, mac);
        var address = AddressOf(mac);
        fixed (byte* start = message)
            _ = LibC.sendto(_socket.Number, start, length, 0, (sockaddr*)&address, (uint)sizeof(sockaddr_ll));
    }

    int WriteRequest(Span<byte> message, IpAddress target, Span<byte> mac)
    {
        mac.Fill(0xff);
        BinaryPrimitives.WriteUInt16BigEndian(message, ARPHRD_ETHER);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], ETH_P_IP);
        (message[4], message[5], message[7]) = (6, 4, ARPOP_REQUEST);
        _link.Mac.ToBytes().CopyTo(message[8..]);
        _source.ToBytes().CopyTo(message[14..]);
        target.ToBytes().CopyTo(message[24..]);
        return ArpLength;
    }

    int WriteSolicitation(Span<byte> message, IpAddress target, Span<byte> mac)
    {
        var address = target.ToBytes();
        // The solicited-node multicast address (RFC 4291, section 2.7.1) and its MAC.
        ReadOnlySpan<byte> group = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, address[13], address[14], address[15]];
        mac[0] = mac[1] = 0x33;
        group[12..].CopyTo(mac[2..]);
        (message[0], message[5], message[6], message[7]) = (0x60, SolicitationLength, IPPROTO_ICMPV6, 255);
        _source.ToBytes().CopyTo(message[8..]);
        group.CopyTo(message[24..]);
        var solicitation = message[HeaderLength..];
        solicitation[0] = ND_NEIGHBOR_SOLICIT;
        address.CopyTo(solicitation[8..]);
        (solicitation[24], solicitation[25]) = (ND_OPT_SOURCE_LINKADDR, 1);
        _link.Mac.ToBytes().CopyTo(solicitation[26..]);
        // The pseudo header has the same addresses, length and protocol (RFC 8200, section 8.1).
        Span<byte> summed = stackalloc byte[HeaderLength + SolicitationLength];
        message[8..HeaderLength].CopyTo(summed);
        (summed[35], summed[39]) = (SolicitationLength, IPPROTO_ICMPV6);
        solicitation[..SolicitationLength].CopyTo(summed[HeaderLength..]);
        BinaryPrimitives.WriteUInt16BigEndian(solicitation[2..], InternetChecksum.Of(summed));
        return MaxLength;
    }

    /// <summary>Removes the hosts that have answered so far.</summary>
    public void RemoveAnswered(ISet<IpAddress> hosts)
    {
        Span<byte> message = stackalloc byte[MaxLength];
        while (TryReceive(message, out var length))
        {
            if (_source.IsV6 && length >= HeaderLength + 24)
                hosts.Remove(IpAddress.FromWire(message[(HeaderLength + 8)..(HeaderLength + 24)]));
            else if (!_source.IsV6 && length >= ArpLength && message[7] == ARPOP_REPLY)
                hosts.Remove(IpAddress.FromWire(message[14..18]));
        }
    }

    bool TryReceive(Span<byte> buffer, out int length)
    {
        do
        {
            fixed (byte* start = buffer)
                length = (int)LibC.recvfrom(_socket.Number, start, buffer.Length, LibC.MSG_DONTWAIT, null, null);
        }
        while (length < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        return length >= 0;
    }

    public void Dispose() => _socket.Dispose();
}
