using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Route.Protocol;

namespace CniBridge.Linux.Tests.Netlink;

[Collection(NamespaceTests.Name)]
public sealed class NetlinkSocketTests(ScratchNamespace scratch) : IClassFixture<ScratchNamespace>
{
    // The kernel reports it in NLMSG_DONE, not in NLMSG_ERROR: an error number and, with NLM_F_ACK_TLVS, a text.
    [Fact]
    public void A_list_that_ends_with_an_error_is_refused()
    {
        var exception = Assert.Throws<KernelException>(() => Dump(new ListTable(77), RouteEntry.Decode));
        Assert.Equal(Errno.ENOENT, exception.Errno);
        Assert.Equal(
            "could not list table 77: no such file or directory (ipv4: FIB table does not exist)", exception.Message);
    }

    [Fact]
    public void The_addresses_of_a_link_that_does_not_exist_are_refused() => Assert.Equal(
        Errno.ENODEV,
        Assert.Throws<KernelException>(() => Dump(new ListAddresses(4711), LinkAddress.Decode)).Errno);

    [Fact]
    public void A_refusal_is_thrown_with_the_text_of_the_kernel()
    {
        using var pod = scratch.Open();
        using var socket = pod.Run(() => new NetlinkSocket());
        var change = new ChangeLink(4711, "gone") { Up = true };
        var exception = Assert.Throws<KernelException>(() => socket.Execute(change));
        Assert.Equal(Errno.ENODEV, exception.Errno);
        Assert.StartsWith(
            "could not change the link gone: no such device", exception.Message, StringComparison.Ordinal);
    }

    // The number exceeds one send, and each send has refused messages.
    [Fact]
    public void Each_message_gets_its_own_answer()
    {
        using var pod = scratch.Open();
        using var socket = pod.Run(() => new NetlinkSocket());
        var messages = new INetlinkMessage[150];
        for (var i = 0; i < messages.Length; i++)
            messages[i] = new ChangeLink(IsRefused(i) ? 4711 : 1, i % 2 == 0 ? "even" : "odd") { Up = true };
        var refusals = socket.TryExecute(messages);
        Assert.Equal(messages.Length, refusals.Length);
        for (var i = 0; i < messages.Length; i++)
        {
            Assert.Equal(IsRefused(i) ? Errno.ENODEV : null, refusals[i]?.Errno);
            Assert.Equal(IsRefused(i) ? messages[i].Operation : null, refusals[i]?.Operation);
        }
        Assert.Empty(socket.TryExecute([]));

        static bool IsRefused(int i) => i % 7 == 3;
    }

    // The socket belongs to the namespace that it was opened in.
    List<T> Dump<T>(INetlinkMessage message, NetlinkSocket.Decoder<T> decode)
        where T : class
    {
        using var pod = scratch.Open();
        using var socket = pod.Run(() => new NetlinkSocket());
        return socket.Dump(message, decode);
    }

    sealed record ListTable(byte Table) : INetlinkMessage
    {
        public string Operation => $"list table {Table}";
        public ushort Type => RouteConstants.RTM_GETROUTE;
        public ushort Flags => 0;

        public void Write(ref MessageWriter writer) =>
            writer.Struct(new RouteHeader { Family = (byte)LibC.AF_INET, Table = Table });
    }
}
