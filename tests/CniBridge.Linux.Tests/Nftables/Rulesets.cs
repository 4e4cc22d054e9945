using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>Our versions of the rulesets of Captures/requests/nft-*, in the order in which nft sends them.</summary>
static class Rulesets
{
    internal const byte Tcp = 6, Udp = 17;

    internal static NftBatch Of(string capture) => capture switch
    {
        "nft-masquerade" => Masquerade(),
        "nft-spoof-check" => SpoofCheck(),
        "nft-host-ports" => HostPorts(),
        "nft-guards" => Guards(),
        "nft-sets" => InetRulesets.Sets(),
        "nft-nat" => InetRulesets.Nat(),
        "nft-filter" => InetRulesets.Filter(),
        _ => throw new ArgumentOutOfRangeException(nameof(capture), capture, "no such ruleset"),
    };

    internal static TableName Cni => new(TableFamily.IPv4, "cni");

    internal static NftBatch Masquerade()
    {
        var (pods, inside) = (Cni.Set("pods"), Cni.Set("inside"));
        var (leaving, postrouting) = (Cni.Chain("leaving"), Cni.Chain("postrouting"));
        return new NftBatch()
            .Add(
                new NewTable(Cni) { Comment = "masquerade of pods" },
                new NewChain(leaving) { Comment = "what leaves" },
                new NewChain(postrouting) { Hook = ChainHook.NatPostrouting, Policy = Verdict.Accept, Comment = "from the kernel" },
                new NewSet(pods, DataType.IPv4Address))
            .AddElements(pods, Element("10.1.0.7", "ctr/eth0"), Element("10.1.0.8"))
            .Add(new NewSet(inside, DataType.IPv4Address) { IsInterval = true, Comment = "not to be masqueraded" })
            .AddElements(inside, [
                .. Interval.Create(Cidr.Parse("10.1.0.0/16"), "pods"),
                .. Interval.Create(Cidr.Parse("192.0.2.5/32")),
                .. Interval.Create(Cidr.Parse("224.0.0.0/4")),
            ])
            .Add(
                new NewRule(leaving,
                    Payload.SourceAddress(AddressFamily.IPv4), Lookup.In(pods),
                    Payload.DestinationAddress(AddressFamily.IPv4), Lookup.NotIn(inside),
                    new Counter(), new Masquerade { IsFullyRandom = true })
                {
                    Comment = "network podnet",
                },
                new NewRule(postrouting, new Decide(Verdict.Jump(leaving))));
    }

    internal static NftBatch SpoofCheck()
    {
        var table = new TableName(TableFamily.Bridge, "cni");
        var (ports, senders, prerouting) = (table.Set("ports"), table.Set("senders"), table.Chain("prerouting"));
        return new NftBatch()
            .Add(
                new NewTable(table),
                new NewChain(prerouting) { Hook = ChainHook.BridgePrerouting, Policy = Verdict.Accept },
                new NewSet(ports, DataType.InterfaceName))
            .AddElements(ports, new SetElement(Field.InterfaceName("veth0")), new SetElement(Field.InterfaceName("veth1")))
            .Add(new NewSet(senders, DataType.InterfaceName, DataType.EthernetAddress) { Comment = "port and MAC" })
            .AddElements(senders, Sender("veth0", 1, "ctr/eth0"), Sender("veth1", 2))
            .Add(new NewRule(prerouting,
                Meta.InputInterfaceName(), Lookup.In(ports),
                Meta.InputInterfaceName(), Payload.EthernetSource(register: 4), Lookup.NotIn(senders),
                new Counter(), new Decide(Verdict.Drop))
            {
                Comment = "spoofed",
            });
    }

    internal static NftBatch HostPorts()
    {
        var table = new TableName(TableFamily.IPv4, "cni_hostports");
        var (ports, everywhere, translate) = (table.Set("ports"), table.Set("everywhere"), table.Chain("translate"));
        var (prerouting, output, postrouting) = (table.Chain("prerouting"), table.Chain("output"), table.Chain("postrouting"));
        DataType[] pod = [DataType.IPv4Address, DataType.Port];
        return new NftBatch()
            .Add(
                new NewTable(table),
                new NewChain(translate),
                new NewChain(prerouting) { Hook = ChainHook.NatPrerouting, Policy = Verdict.Accept },
                new NewChain(output) { Hook = ChainHook.NatOutput, Policy = Verdict.Accept },
                new NewChain(postrouting) { Hook = ChainHook.NatPostrouting, Policy = Verdict.Accept },
                new NewSet(ports, DataType.Protocol, DataType.IPv4Address, DataType.Port)
                {
                    Data = pod,
                    Comment = "of the host : of a pod",
                })
            .AddElements(ports,
                HostPort(Tcp, "192.0.2.1", 8080, "10.1.0.7", 80, "ctr/eth0"), HostPort(Udp, "192.0.2.1", 53, "10.1.0.8", 5353))
            .Add(new NewSet(everywhere, DataType.Protocol, DataType.Port) { Data = pod })
            .AddElements(everywhere, new SetElement(Field.Concatenate(Field.Protocol(Tcp), Field.Port(8081)))
            {
                Data = Target("10.1.0.7", 80),
                Comment = "ctr/eth0",
            })
            .Add(
                new NewRule(translate,
                    Meta.TransportProtocol(), Payload.DestinationAddress(AddressFamily.IPv4, register: 1),
                        Payload.DestinationPort(register: 2),
                    Lookup.Map(ports), Nat.Destination(AddressFamily.IPv4, address: 0, port: 1)),
                new NewRule(translate,
                    Meta.TransportProtocol(), Payload.DestinationPort(register: 1),
                    Lookup.Map(everywhere), Nat.Destination(AddressFamily.IPv4, address: 0, port: 1)),
                new NewRule(prerouting, [.. Match.LocalDestination(), new Decide(Verdict.Jump(translate))]),
                new NewRule(output, [.. Match.LocalDestination(), new Decide(Verdict.Jump(translate))]),
                new NewRule(postrouting,
                    [.. Match.HasNewDestination(), .. Match.Source(Cidr.Parse("127.0.0.1/32")), new Masquerade()]),
                new NewRule(postrouting, [.. Match.Mark(0x2000), new Masquerade { IsRandom = true }]));
    }

    internal static NftBatch Guards()
    {
        var table = new TableName(TableFamily.IPv4, "cni_guards");
        var (links, senders, neighbours) = (table.Set("links"), table.Set("senders"), table.Set("neighbours"));
        var (guard, masks) = (table.Chain("guard"), table.Chain("masks"));
        var (local, pod) = (Field.Address(IpAddress.Parse("127.0.0.1")), Field.Address(IpAddress.Parse("10.88.0.2")));
        return new NftBatch()
            .Add(
                new NewTable(table),
                new NewChain(guard) { Hook = ChainHook.RawPrerouting, Policy = Verdict.Accept },
                new NewChain(masks) { Hook = ChainHook.NatPostrouting, Policy = Verdict.Accept },
                new NewSet(links, DataType.InterfaceName))
            .AddElements(links, new SetElement(Field.InterfaceName("cni0")))
            .Add(new NewSet(senders, DataType.IPv4Address, DataType.IPv4Address))
            .AddElements(senders, new SetElement(Field.Concatenate(local, pod)) { Comment = "pods/ctr/eth0" })
            .Add(new NewSet(neighbours, DataType.IPv4Address, DataType.InterfaceName))
            .AddElements(neighbours, new SetElement(Field.Concatenate(pod, Field.InterfaceName("cni0"))) { Comment = "pods/ctr/eth0" })
            .Add(
                new NewRule(guard, [
                    Meta.InputInterfaceName(), Lookup.In(links), .. Match.Destination(Cidr.Parse("127.0.0.0/8")),
                    new Counter(), new Decide(Verdict.Drop),
                ]),
                new NewRule(masks, [
                    .. Match.HasNewDestination(), Payload.SourceAddress(AddressFamily.IPv4),
                    Payload.DestinationAddress(AddressFamily.IPv4, register: 1), Lookup.In(senders), new Masquerade(),
                ]),
                new NewRule(masks, [
                    .. Match.HasNewDestination(), Payload.DestinationAddress(AddressFamily.IPv4), Meta.InputInterfaceName(register: 1),
                    Lookup.In(neighbours), new Masquerade(),
                ]));
    }

    internal static SetElement Element(string address, string comment = "") =>
        new(Field.Address(IpAddress.Parse(address))) { Comment = comment };

    internal static byte[] Target(string address, ushort port) =>
        Field.Concatenate(Field.Address(IpAddress.Parse(address)), Field.Port(port));

    internal static SetElement HostPort(
        byte protocol, string address, ushort port, string podAddress, ushort podPort, string comment = "") =>
        new(Field.Concatenate(Field.Protocol(protocol), Field.Address(IpAddress.Parse(address)), Field.Port(port)))
        {
            Data = Target(podAddress, podPort),
            Comment = comment,
        };

    internal static SetElement Sender(string port, byte lastOfMac, string comment = "") =>
        new(Field.Concatenate(Field.InterfaceName(port), Field.Address(MacAddress.FromBytes([2, 0, 0, 0, 0, lastOfMac]))))
        {
            Comment = comment,
        };
}
