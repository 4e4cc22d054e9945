using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Packets;
using CniBridge.Linux.Processes;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// The deletion of a link by a child, so that this process returns when the link is gone. The kernel removes the link from all lists,
/// detaches it from its bridge, announces the deletion (RTM_DELLINK), and gives up its lock. Only then it waits for all processors
/// (netdev_run_todo in net/core/dev.c), which takes 20 of the 21 ms of the request. An error comes before the announcement.
/// </summary>
/// <param name="socket">A socket of the link's namespace.</param>
sealed unsafe class LinkDeletion(NetlinkSocket socket, DeleteLink message)
{
    /// <summary>Offsets in an announcement: nlmsg_type of its header, and ifi_family and ifi_index of struct ifinfomsg.</summary>
    const int TypeOffset = 4, FamilyOffset = MessageHeaderSize, IndexOffset = MessageHeaderSize + 4;

    /// <summary>Deletes the link. Waits for the kernel itself if a child cannot be started, or dies before it sends the request.</summary>
    /// <exception cref="KernelException">The kernel refused.</exception>
    internal void Run()
    {
        if (!WaitingChild.IsAllowed || !TryRunInChild())
            socket.Execute(message);
    }

    bool TryRunInChild()
    {
        using var announcements = TryListen();
        if (announcements is null)
            return false;
        var (request, sequence) = socket.Prepare(message);
        using var child = WaitingChild.TryStart([.. SlowSockets.Numbers, socket.DescriptorNumber], socket.DescriptorNumber, request);
        return child is not null && IsDeleted(child, announcements, sequence);
    }

    /// <summary>Opens a socket for the announcement. Returns null if the process or the node lacks descriptors or memory.</summary>
    NetlinkTransport? TryListen()
    {
        NetlinkTransport? socket = null;
        try
        {
            socket = new NetlinkTransport(LibC.NETLINK_ROUTE, RTMGRP_LINK);
            socket.AttachFilter(CreateFilter(message.Index));
            return socket;
        }
        catch (KernelException)
        {
            socket?.Dispose();
            return null;
        }
    }

    /// <summary>Waits for the acknowledgement or the announcement. Returns false if the child died before it sent the request.</summary>
    bool IsDeleted(WaitingChild child, NetlinkTransport announcements, uint sequence)
    {
        var polled = stackalloc pollfd[3];
        polled[0] = new pollfd { fd = socket.DescriptorNumber, events = LibC.POLLIN };
        polled[1] = new pollfd { fd = announcements.DescriptorNumber, events = LibC.POLLIN };
        polled[2] = new pollfd { fd = child.Channel, events = LibC.POLLIN };
        while (true)
        {
            // The kernel may have to wait for its lock. The deadline of the process ends that, as it does without a child.
            var count = LibC.poll_errno(polled, 3, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
                throw new KernelException(message.Operation, errno);
            if (socket.TryReadAnswer(message, sequence) || IsAnnounced(announcements))
                return true;
            // A child ends after the kernel has answered. Its end was polled before the answer was looked for.
            if (count > 0 && polled[2].revents != 0)
                return false;
        }
    }

    /// <summary>Tells whether the announcement has arrived. Messages from before the filter was attached may have arrived, too.</summary>
    bool IsAnnounced(NetlinkTransport announcements)
    {
        Span<byte> buffer = stackalloc byte[NetlinkSocket.BufferSize];
        while (announcements.TryReceiveOnce(buffer, LibC.MSG_DONTWAIT, out var size))
        {
            var reader = new MessageReader(buffer[..Math.Min(size, buffer.Length)]);
            while (reader.Read())
            {
                var header = MemoryMarshal.Read<InterfaceHeader>(reader.Payload);
                if (reader.Type == RTM_DELLINK && header.Family == 0 && header.Index == message.Index)
                    return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Creates a filter that accepts the announcement only. A node that deletes a hundred pods at once announces hundreds of changes. The
    /// bridge announces the same link with the family AF_BRIDGE, before its deletion is complete.
    /// </summary>
    static sock_filter[] CreateFilter(int index)
    {
        const int accept = 6, drop = 7;
        return
        [
            SocketFilter.LoadHalf(TypeOffset),
            SocketFilter.Jump(1, BinaryPrimitives.ReverseEndianness(RTM_DELLINK), 2, drop),
            SocketFilter.LoadByte(FamilyOffset),
            SocketFilter.Jump(3, 0, 4, drop),
            SocketFilter.LoadWord(IndexOffset),
            SocketFilter.Jump(5, BinaryPrimitives.ReverseEndianness((uint)index), accept, drop),
            SocketFilter.Return(uint.MaxValue),
            SocketFilter.Return(0),
        ];
    }
}
