using System.Runtime.InteropServices;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using static CniBridge.Linux.Packets.PacketConstants;
using static CniBridge.Linux.Packets.SocketFilter;

namespace CniBridge.Linux.Packets;

/// <summary>
/// A packet socket (packet(7)) for the messages that fail duplicate address detection (RFC 4862, section 5.4): neighbour advertisements,
/// and solicitations without a source address. It tells the link that each came in through, which no sender can forge.
/// </summary>
public sealed unsafe class AddressClaimCapture : IDisposable
{
    /// <summary>The IPv6 header, and a message of neighbour discovery up to its target (RFC 4861, sections 4.3 and 4.4).</summary>
    const int HeaderLength = 40, TypeOffset = HeaderLength, TargetOffset = HeaderLength + 8, CaptureLength = TargetOffset + 16;
    const int NextHeaderOffset = 6, SourceOffset = 8;

    /// <summary>The number of messages that are read at once: a pod may send them faster than they are read.</summary>
    const int MaxMessages = 4096;

    readonly Descriptor _socket;
    readonly HashSet<(IpAddress Address, int Link)> _claims = [];

    /// <summary>Starts to capture in the calling thread's namespace.</summary>
    /// <param name="bridge">The index of a bridge. Only messages that the node itself sends through it count.</param>
    /// <param name="ignored">The index of a link whose messages do not count.</param>
    /// <exception cref="KernelException">The kernel has no packet sockets, or the process lacks CAP_NET_RAW.</exception>
    public AddressClaimCapture(int bridge, int ignored)
    {
        // With protocol 0 nothing arrives until the socket is bound.
        _socket = Descriptor.OpenSocket(LibC.AF_PACKET, LibC.SOCK_DGRAM, 0);
        try
        {
            _socket.AttachFilter(CreateFilter(bridge, ignored));
            var all = new sockaddr_ll { sll_family = (ushort)LibC.AF_PACKET, sll_protocol = LibC.htons(ETH_P_ALL) };
            KernelException.ThrowIfFailed(
                LibC.bind(_socket.Number, (sockaddr*)&all, (uint)sizeof(sockaddr_ll)), "listen to neighbour advertisements");
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Creates a filter that accepts a message of neighbour discovery once: at the link that it comes in through, or at the bridge if the
    /// node sends it.
    /// </summary>
    static sock_filter[] CreateFilter(int bridge, int ignored)
    {
        const int outgoing = 12, drop = 14, accept = 15;
        return
        [
            LoadExtension(SKF_AD_PROTOCOL),
            Jump(1, ETH_P_IPV6, 2, drop),
            LoadByte(NextHeaderOffset),
            Jump(3, IPPROTO_ICMPV6, 4, drop),
            LoadByte(TypeOffset),
            Jump(5, ND_NEIGHBOR_ADVERT, 7, 6),
            Jump(6, ND_NEIGHBOR_SOLICIT, 7, drop),
            LoadExtension(SKF_AD_PKTTYPE),
            Jump(8, PACKET_OUTGOING, outgoing, 9),
            LoadExtension(SKF_AD_IFINDEX),
            Jump(10, (uint)bridge, drop, 11),
            Jump(11, (uint)ignored, drop, accept),
            LoadExtension(SKF_AD_IFINDEX),
            Jump(13, (uint)bridge, accept, drop),
            Return(0),
            Return(CaptureLength),
        ];
    }

    /// <summary>Returns the links that claims of an address have come in through so far; the bridge if the node itself claims it.</summary>
    public IReadOnlyList<int> FindLinks(IpAddress address)
    {
        Span<byte> message = stackalloc byte[CaptureLength];
        for (var i = 0; i < MaxMessages && TryReceive(message, out var length, out var link); i++)
        {
            if (length == CaptureLength && IsClaim(message))
                _claims.Add((IpAddress.FromWire(message[TargetOffset..]), link));
        }
        return [.. _claims.Where(claim => claim.Address == address).Select(claim => claim.Link)];
    }

    /// <summary>A solicitation is a claim only as a part of duplicate address detection, where it has no source address.</summary>
    static bool IsClaim(ReadOnlySpan<byte> message) =>
        message[TypeOffset] == ND_NEIGHBOR_ADVERT || !message[SourceOffset..(SourceOffset + 16)].ContainsAnyExcept((byte)0);

    bool TryReceive(Span<byte> buffer, out int length, out int link)
    {
        sockaddr_ll sender;
        do
        {
            socklen_t size = (uint)sizeof(sockaddr_ll);
            fixed (byte* start = buffer)
                length = (int)LibC.recvfrom(_socket.Number, start, buffer.Length, LibC.MSG_DONTWAIT, (sockaddr*)&sender, &size);
        }
        while (length < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        link = sender.sll_ifindex;
        return length >= 0;
    }

    public void Dispose() => _socket.Dispose();
}
