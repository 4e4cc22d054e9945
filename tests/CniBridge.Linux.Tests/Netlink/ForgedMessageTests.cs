using System.Runtime.InteropServices;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Links;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Tests.Netlink;

/// <summary>Tests with messages of another program with CAP_NET_ADMIN in the namespace, such as a pod's, that imitate the kernel.</summary>
[Collection(NamespaceTests.Name)]
public sealed unsafe class ForgedMessageTests : IDisposable
{
    static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(50);

    readonly ScratchNamespace _scratch = new();
    readonly NetworkNamespace _pod;

    public ForgedMessageTests() => _pod = _scratch.Open();

    public void Dispose()
    {
        _pod?.Dispose();
        _scratch.Dispose();
    }

    [DllImport("libc", SetLastError = true)]
    static extern int getsockname(int sockfd, sockaddr_nl* addr, uint* addrlen);

    /// <summary>Sends a datagram to a port or to multicast groups.</summary>
    /// <returns>The error number, or 0.</returns>
    int Send(sockaddr_nl to, ReadOnlySpan<byte> datagram)
    {
        using var forger = _pod.Run(() => Descriptor.OpenSocket(LibC.AF_NETLINK, LibC.SOCK_RAW, LibC.NETLINK_ROUTE));
        to.nl_family = LibC.AF_NETLINK;
        Assert.Equal(0, LibC.connect(forger.Number, (sockaddr*)&to, (uint)sizeof(sockaddr_nl)));
        fixed (byte* start = datagram)
            return LibC.send(forger.Number, start, datagram.Length, 0) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    static byte[] Message(ushort type, uint sequence, Action<Stream> writePayload)
    {
        using var payload = new MemoryStream();
        writePayload(payload);
        using var message = new MemoryStream();
        message.Write(BitConverter.GetBytes(MessageHeaderSize + (int)payload.Length));
        message.Write(BitConverter.GetBytes(type));
        message.Write(BitConverter.GetBytes((ushort)0));
        message.Write(BitConverter.GetBytes(sequence));
        message.Write(BitConverter.GetBytes(0u));
        message.Write(payload.ToArray());
        return message.ToArray();
    }

    static byte[] LinkIsThere(int index, uint sequence) => Message(RTM_NEWLINK, sequence, payload =>
    {
        payload.Write([0, 0, 0, 0]);
        payload.Write(BitConverter.GetBytes(index));
        payload.Write(BitConverter.GetBytes(0x10043u));
        payload.Write([0, 0, 0, 0]);
    });

    [Fact]
    public void An_answer_of_another_program_is_ignored()
    {
        using var socket = _pod.Run(() => new NetlinkSocket());
        // A query gives the socket its port.
        Assert.NotNull(socket.Get(new GetLink("lo"), Link.Decode));
        var address = default(sockaddr_nl);
        var size = (uint)sizeof(sockaddr_nl);
        Assert.Equal(0, getsockname(socket.DescriptorNumber, &address, &size));
        var next = SequenceNumbers.Take(1) + 1;
        Assert.Equal(Errno.ECONNREFUSED, Send(new sockaddr_nl { nl_pid = address.nl_pid }, LinkIsThere(4711, next)));
        var refusal = Assert.Throws<KernelException>(() => socket.Get(new GetLink("gone"), Link.Decode));
        Assert.Equal(Errno.ENODEV, refusal.Errno);
    }

    [Fact]
    public void A_notification_of_another_program_is_ignored()
    {
        using var notifications = _pod.Run(() => new NotificationSocket(RTMGRP_LINK));
        Assert.Equal(0, Send(new sockaddr_nl { nl_groups = RTMGRP_LINK }, LinkIsThere(4711, 0)));
        Assert.False(notifications.Wait(s_short));
        Assert.Equal(0, Send(new sockaddr_nl { nl_groups = RTMGRP_LINK }, LinkIsThere(4711, 0)));
        Assert.Null(notifications.Receive(RTM_NEWLINK, Link.Decode, s_short));

        using var socket = _pod.Run(() => new NetlinkSocket());
        Assert.Equal(0, Send(new sockaddr_nl { nl_groups = RTMGRP_LINK }, LinkIsThere(4711, 0)));
        socket.Execute(new ChangeLink(1, "lo") { Up = true });
        Assert.Equal([1], notifications.Receive(RTM_NEWLINK, Link.Decode, TimeSpan.FromSeconds(10))!.Select(link => link.Index));
    }

    [Fact]
    public void Sequence_numbers_follow_each_other_from_a_random_start()
    {
        var first = SequenceNumbers.Take(3);
        Assert.True(SequenceNumbers.Take(1) - first >= 3);
        Assert.Equal(8, Enumerable.Range(0, 8).Select(_ => SequenceNumbers.ChooseStart()).Distinct().Count());
    }
}
