using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using CniBridge.EndToEnd.Tests.Kubernetes;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>A pod on the bridge cni0 that claims addresses with its own frames, as each pod with CAP_NET_RAW can (packet(7)).</summary>
sealed class RawPod : IDisposable
{
    const int EthernetArp = 0x0806, EthernetIpv6 = 0x86dd, NeighbourSolicitation = 135, NeighbourAdvertisement = 136;

    readonly ScratchNode node;
    readonly Socket socket;
    readonly byte[] mac;
    readonly byte[] bridge;

    /// <param name="name">The name of its namespace; it has the interface eth0.</param>
    public RawPod(ScratchNode node, string name)
    {
        this.node = node;
        var link = node.IpJsonInPod(name, "link", "show", "eth0")[0];
        mac = PhysicalAddress.Parse(link.GetProperty("address").GetString()!).GetAddressBytes();
        bridge = PhysicalAddress.Parse(node.IpJson("link", "show", "cni0")[0].GetProperty("address").GetString()!).GetAddressBytes();
        var port = new PacketEndPoint(link.GetProperty("ifindex").GetInt32());
        var protocol = (ProtocolType)(ushort)IPAddress.HostToNetworkOrder(unchecked((short)EthernetIpv6));
        socket = NamespaceSocket.Open(
            node.FromOutside($"/run/netns/{name}"), () => new Socket(AddressFamily.Packet, SocketType.Raw, protocol));
        socket.Bind(port);
    }

    /// <summary>
    /// Sends a request from each address to the gateway, and an announcement of it to all, until the node has a neighbour entry with the
    /// pod's MAC for each.
    /// </summary>
    public void Claim(IReadOnlyCollection<string> addresses, string gateway)
    {
        var (own, text) = (IPAddress.Parse(gateway), string.Join(':', mac.Select(one => one.ToString("x2", null))));
        for (var attempt = 0; attempt < 50; attempt++)
        {
            foreach (var address in addresses)
            {
                foreach (var frame in FramesOf(IPAddress.Parse(address), own))
                    socket.Send(frame);
            }
            var known = node.IpJson("neigh", "show", "dev", "cni0").EnumerateArray()
                .Where(entry => entry.TryGetProperty("lladdr", out var found) && found.GetString() == text)
                .Select(entry => entry.GetProperty("dst").GetString()!).ToHashSet();
            if (known.IsSupersetOf(addresses))
                return;
        }
        Assert.Fail($"the node did not take notice of {mac} at {addresses.First()}");
    }

    /// <summary>Announces addresses repeatedly until a task is complete. This answers each request for them.</summary>
    public void AnnounceDuring(Task task, params string[] addresses)
    {
        while (!task.Wait(1))
        {
            foreach (var address in addresses.Select(IPAddress.Parse))
            {
                foreach (var frame in FramesOf(address, address))
                    socket.Send(frame);
            }
        }
    }

    /// <summary>
    /// Answers duplicate address detection (RFC 4862, section 5.4) for every address until a task is complete. Returns the addresses.
    /// </summary>
    public HashSet<string> DefendDuring(Task task, DuplicateAnswer answer)
    {
        var defended = new HashSet<string>();
        var frame = new byte[2048];
        while (!task.Wait(0))
        {
            if (!socket.Poll(TimeSpan.FromMilliseconds(20), SelectMode.SelectRead))
                continue;
            var length = socket.Receive(frame);
            if (length < 78 || frame[20] != 58 || frame[54] != NeighbourSolicitation || frame.AsSpan(22, 16).ContainsAnyExcept((byte)0))
                continue;
            var target = new IPAddress(frame.AsSpan(62, 16));
            if (answer == DuplicateAnswer.Probe && frame.AsSpan(6, 6).SequenceEqual(mac))
                continue;
            defended.Add(target.ToString());
            socket.Send(answer switch
            {
                DuplicateAnswer.Probe => Probe(target),
                DuplicateAnswer.Hidden => Hidden(target),
                DuplicateAnswer.AsBridge => [.. Advertisement(target)[..6], .. bridge, .. Advertisement(target)[12..]],
                _ => Advertisement(target),
            });
        }
        return defended;
    }

    /// <summary>Returns a message of duplicate address detection for the address, without a nonce.</summary>
    byte[] Probe(IPAddress target)
    {
        var tail = target.GetAddressBytes()[13..];
        var group = IPAddress.Parse("ff02::1:ff00:0").GetAddressBytes();
        tail.CopyTo(group, 13);
        return Ipv6([0x33, 0x33, 0xff, .. tail], IPAddress.IPv6Any, new IPAddress(group),
            [NeighbourSolicitation, 0, 0, 0, 0, 0, 0, 0, .. target.GetAddressBytes()]);
    }

    /// <summary>Returns an advertisement behind an empty hop-by-hop header (RFC 8200, section 4.3), which the kernel accepts.</summary>
    byte[] Hidden(IPAddress target)
    {
        var frame = Advertisement(target);
        var message = frame[54..];
        var header = frame[14..54];
        header[5] += 8;
        header[6] = 0;
        return [.. frame[..14], .. header, 58, 0, 1, 4, 0, 0, 0, 0, .. message];
    }

    byte[][] FramesOf(IPAddress address, IPAddress gateway) => address.AddressFamily == AddressFamily.InterNetwork
        ? [Arp(address, gateway), Arp(address, address)]
        : [Solicitation(address, gateway), Advertisement(address)];

    /// <summary>Returns an ARP request (RFC 826). With two equal addresses it is a gratuitous one.</summary>
    byte[] Arp(IPAddress sender, IPAddress target) =>
    [
        .. Ethernet([0xff, 0xff, 0xff, 0xff, 0xff, 0xff], EthernetArp), 0, 1, 8, 0, 6, 4, 0, 1,
        .. mac, .. sender.GetAddressBytes(), 0, 0, 0, 0, 0, 0, .. target.GetAddressBytes(),
    ];

    /// <summary>Returns a solicitation with the source link-layer address (RFC 4861, section 4.3).</summary>
    byte[] Solicitation(IPAddress sender, IPAddress target) => Ipv6(
        bridge, sender, target, [NeighbourSolicitation, 0, 0, 0, 0, 0, 0, 0, .. target.GetAddressBytes(), 1, 1, .. mac]);

    /// <summary>Returns an unsolicited advertisement with the override flag (RFC 4861, section 4.4).</summary>
    byte[] Advertisement(IPAddress address) => Ipv6(
        [0x33, 0x33, 0, 0, 0, 1], address, IPAddress.Parse("ff02::1"),
        [NeighbourAdvertisement, 0, 0, 0, 0x20, 0, 0, 0, .. address.GetAddressBytes(), 2, 1, .. mac]);

    byte[] Ethernet(byte[] destination, int type) => [.. destination, .. mac, (byte)(type >> 8), (byte)type];

    byte[] Ipv6(byte[] destination, IPAddress from, IPAddress to, byte[] message)
    {
        byte[] addresses = [.. from.GetAddressBytes(), .. to.GetAddressBytes()];
        BinaryPrimitives.WriteUInt16BigEndian(
            message.AsSpan(2), Checksum([.. addresses, 0, 0, 0, (byte)message.Length, 0, 0, 0, 58, .. message]));
        return [.. Ethernet(destination, EthernetIpv6), 0x60, 0, 0, 0, 0, (byte)message.Length, 58, 255, .. addresses, .. message];
    }

    /// <summary>Returns the checksum of RFC 1071 of an even number of bytes.</summary>
    static ushort Checksum(byte[] bytes)
    {
        uint sum = 0;
        for (var i = 0; i < bytes.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(i));
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    public void Dispose() => socket.Dispose();

    /// <summary>A struct sockaddr_ll (linux/if_packet.h) with only an index.</summary>
    sealed class PacketEndPoint(int index) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, 20);
            BinaryPrimitives.WriteInt32LittleEndian(address.Buffer.Span[4..], index);
            return address;
        }
    }
}
