using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Nftables;
using static CniBridge.Linux.Tests.Nftables.Rulesets;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>
/// Tests of the effect of the rulesets on packets. The node itself has the address of a pod, and a second namespace is the outside.
/// </summary>
[Collection(NamespaceTests.Name)]
public sealed class PacketTests : IDisposable
{
    readonly ScratchNamespace _nodeScratch = new(), _outsideScratch = new();
    readonly NetworkNamespace _node, _outside;
    readonly NftSocket _socket;

    public PacketTests()
    {
        _node = _nodeScratch.Open();
        _outside = _outsideScratch.Open();
        _socket = _node.Run(() => new NftSocket());
        Run(_nodeScratch, "link set lo up");
        Run(_nodeScratch, $"link add veth0 type veth peer name eth0 address 02:00:00:00:00:01 netns {_outsideScratch.Path}");
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _node?.Dispose();
        _outside?.Dispose();
        _nodeScratch.Dispose();
        _outsideScratch.Dispose();
    }

    [Fact]
    public void Traffic_to_the_outside_has_the_source_of_the_node_and_traffic_inside_that_of_the_pod()
    {
        Run(_nodeScratch, "address add 10.1.0.7/32 dev lo");
        ConnectAddresses("veth0");
        Run(_outsideScratch, "address add 10.1.0.99/32 dev eth0");
        Run(_outsideScratch, "route add 10.1.0.7/32 via 198.51.100.1");
        Run(_nodeScratch, "route add 10.1.0.99/32 via 198.51.100.2");
        _socket.Commit(Masquerade());

        Assert.Equal("198.51.100.1", SenderSeenBy("198.51.100.2", from: "10.1.0.7"));
        Assert.Equal("10.1.0.7", SenderSeenBy("10.1.0.99", from: "10.1.0.7"));
        _socket.Commit(new NftBatch().Add(new FlushSet(Cni.Set("pods"))));
        Assert.Equal("10.1.0.7", SenderSeenBy("198.51.100.2", from: "10.1.0.7"));
    }

    [Fact]
    public void A_host_port_leads_to_the_pod()
    {
        Run(_nodeScratch, "address add 192.0.2.1/32 dev lo");
        Run(_nodeScratch, "address add 10.1.0.7/32 dev lo");
        _socket.Commit(HostPorts());
        using var pod = _node.Run(() => Bound(ProtocolType.Tcp, "10.1.0.7", 80));
        pod.Listen();
        Connect("192.0.2.1", 8080);
        Connect("10.1.0.7", 8081);
        Assert.Throws<SocketException>(() => Connect("10.1.0.7", 8080));
    }

    // meta iifname in a table of a bridge is the port; ibrname, the bridge, would need CONFIG_NFT_BRIDGE_META.
    [Fact]
    public void A_frame_with_another_sender_than_its_port_may_have_is_dropped()
    {
        Run(_nodeScratch, "link add cni0 type bridge");
        Run(_nodeScratch, "link set veth0 master cni0");
        Run(_nodeScratch, "link set cni0 up");
        ConnectAddresses("cni0");
        _socket.Commit(SpoofCheck());

        Assert.Equal("198.51.100.2", SenderSeenBy("198.51.100.1", from: "198.51.100.2", isFromOutside: true));
        Run(_outsideScratch, "link set eth0 down");
        Run(_outsideScratch, "link set eth0 address 02:00:00:00:00:07 up");
        // The link needs a moment to be up again.
        for (var i = 0; i < 20 && CountOfDropped() == 0; i++)
            Assert.Null(SenderSeenBy("198.51.100.1", from: "198.51.100.2", isFromOutside: true, milliseconds: 250));
        Assert.NotEqual(0, CountOfDropped());
    }

    long CountOfDropped()
    {
        var list = Nft.Run(_nodeScratch, "", "list", "chain", "bridge", "cni", "prerouting").Split(' ').ToList();
        return long.Parse(list[list.IndexOf("packets") + 1], CultureInfo.InvariantCulture);
    }

    /// <summary>Adds the addresses: 198.51.100.1 is the node, 198.51.100.2 the outside.</summary>
    void ConnectAddresses(string link)
    {
        Run(_nodeScratch, "link set veth0 up");
        Run(_outsideScratch, "link set eth0 up");
        Run(_nodeScratch, $"address add 198.51.100.1/24 dev {link}");
        Run(_outsideScratch, "address add 198.51.100.2/24 dev eth0");
    }

    /// <summary>Sends a datagram and returns its visible source. Null if it did not arrive.</summary>
    string? SenderSeenBy(string to, string from, bool isFromOutside = false, int milliseconds = 5_000)
    {
        const int Port = 5000;
        using var receiver = (isFromOutside ? _node : _outside).Run(() => Bound(ProtocolType.Udp, to, Port));
        using var sender = (isFromOutside ? _outside : _node).Run(() => Bound(ProtocolType.Udp, from, 0));
        receiver.ReceiveTimeout = milliseconds;
        sender.SendTo([1], new IPEndPoint(IPAddress.Parse(to), Port));
        EndPoint seen = new IPEndPoint(IPAddress.Any, 0);
        try
        {
            receiver.ReceiveFrom(new byte[1], ref seen);
            return ((IPEndPoint)seen).Address.ToString();
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return null;
        }
    }

    void Connect(string address, int port)
    {
        using var client = _node.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(IPAddress.Parse(address), port);
    }

    static Socket Bound(ProtocolType protocol, string address, int port)
    {
        var socket = new Socket(
            AddressFamily.InterNetwork, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
        return socket;
    }

    static void Run(ScratchNamespace scratch, string arguments)
    {
        var (exitCode, output) = HelperProgram.Run("", "nsenter", ["--net=" + scratch.Path, "ip", .. arguments.Split(' ')]);
        Assert.SkipWhen(exitCode is null or 127, "nsenter (util-linux) or ip (iproute2) is not installed");
        Assert.True(exitCode == 0, output);
    }
}
