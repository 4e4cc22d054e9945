using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;
using static CniBridge.Linux.Tests.Nftables.Rulesets;
using Translation = CniBridge.Linux.Nftables.Expressions.Nat;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>The rulesets with all remaining features: every kind of set and of expression.</summary>
static class InetRulesets
{
    static TableName Table => new(TableFamily.Inet, "cni");

    static NewChain Plain => new(Table.Chain("plain"));

    static NewSet NetworksV6 => new(Table.Set("networks"), DataType.IPv6Address) { IsInterval = true };

    static NewSet PortsV6 => new(Table.Set("ports"), DataType.Protocol, DataType.IPv6Address, DataType.Port)
    {
        Data = [DataType.IPv6Address, DataType.Port],
    };

    static NewSet Verdicts => new(Table.Set("verdicts"), DataType.InterfaceName) { IsVerdictMap = true };

    internal static NftBatch Sets()
    {
        var (everything, services, marks) = (Table.Set("everything"), Table.Set("services"), Table.Set("marks"));
        return new NftBatch()
            .Add(new NewTable(Table), Plain, NetworksV6)
            .AddElements(NetworksV6.Set, [
                .. Interval.Create(Cidr.Parse("fd00:1::/64")),
                .. Interval.Between(IpAddress.Parse("fd00:2::5"), IpAddress.Parse("fd00:2::9")),
                .. Interval.Create(Cidr.Parse("ff00::/8")),
            ])
            .Add(new NewSet(everything, DataType.IPv4Address) { IsInterval = true })
            .AddElements(everything, Interval.Create(Cidr.Default(AddressFamily.IPv4)))
            .Add(new NewSet(services, DataType.IPv4Address, DataType.Port) { IsInterval = true })
            .AddElements(services, Service("10.0.0.0/8", 80, 90, "low"), Service("192.0.2.0/24", 443, 443))
            .Add(Verdicts)
            .AddElements(Verdicts.Set,
                Port("eth0", Verdict.Jump(Plain.Chain)), Port("lo", Verdict.Drop), Port("eth1", Verdict.Goto(Plain.Chain)),
                Port("eth2", Verdict.Accept), Port("eth3", Verdict.Return))
            .Add(PortsV6)
            .AddElements(PortsV6.Set, HostPort(Tcp, "2001:db8::1", 8080, "fd00:1::7", 80))
            .Add(new NewSet(marks, DataType.IPv4Address) { Data = [DataType.Mark] })
            .AddElements(marks, Element("10.0.0.1") with { Data = Field.Number(0x2000) });
    }

    internal static NftBatch Nat()
    {
        var (prerouting, postrouting) = (Table.Chain("prerouting"), Table.Chain("postrouting"));
        return new NftBatch().Add(
            new NewTable(Table),
            new NewChain(prerouting) { Hook = ChainHook.NatPrerouting, Policy = Verdict.Accept },
            new NewChain(postrouting) { Hook = ChainHook.NatPostrouting, Policy = Verdict.Accept },
            NetworksV6,
            PortsV6,
            new NewRule(prerouting, [
                .. Match.Family(AddressFamily.IPv6),
                Meta.TransportProtocol(), Payload.DestinationAddress(AddressFamily.IPv6, register: 1), Payload.DestinationPort(register: 5),
                Lookup.Map(PortsV6.Set), Translation.Destination(AddressFamily.IPv6, address: 0, port: 4),
            ]),
            new NewRule(prerouting,
                new Immediate(Field.Address(IpAddress.Parse("10.0.0.1"))),
                Translation.Destination(AddressFamily.IPv4, address: 0, port: null)),
            new NewRule(postrouting,
                new Immediate(Field.Address(IpAddress.Parse("192.0.2.1"))),
                Translation.Source(AddressFamily.IPv4, address: 0, port: null) with { IsFullyRandom = true }),
            new NewRule(postrouting, [
                .. Match.Family(AddressFamily.IPv6), .. Match.Source(Cidr.Parse("fd00:1::/64")),
                Payload.DestinationAddress(AddressFamily.IPv6), Lookup.NotIn(NetworksV6.Set), new Masquerade(),
            ]),
            new NewRule(postrouting, [
                .. Match.Family(AddressFamily.IPv4), .. Match.Source(Cidr.Parse("10.1.0.0/24")),
                .. Match.NotDestination(Cidr.Parse("10.1.0.0/20")), .. Match.NotSource(Cidr.Parse("10.2.0.1/32")), new Masquerade(),
            ]),
            new NewRule(postrouting, Match.AddMark(0x2000)));
    }

    internal static NftBatch Filter()
    {
        const uint SourceOrDestinationNat = 0x30;
        var forward = Table.Chain("forward");
        return new NftBatch().Add(
            new NewTable(Table),
            Plain,
            new NewChain(forward) { Hook = ChainHook.FilterForward, Policy = Verdict.Drop },
            Verdicts,
            new NewRule(forward, [.. Match.Family(AddressFamily.IPv6), new Decide(Verdict.Accept)]),
            new NewRule(forward, [.. Match.IsBroadcast(), new Decide(Verdict.Return)]),
            new NewRule(forward,
                Meta.InputInterface(), Compare.Equal(Field.Number(1)), Meta.OutputInterface(), Compare.Equal(Field.Number(1)),
                new Decide(Verdict.Accept)),
            new NewRule(forward, [.. Match.InputInterface("eth0"), .. Match.OutputInterface("cni0"), new Decide(Verdict.Drop)]),
            new NewRule(forward, [
                .. Match.IsFromOriginator(), Connection.Status(), Bitwise.And(Field.Number(SourceOrDestinationNat)),
                Compare.NotEqual(Field.Number(0)), new Decide(Verdict.Goto(Plain.Chain)),
            ]),
            new NewRule(forward, [
                .. Match.Protocol(Tcp), Payload.DestinationPort(), Compare.AtLeast(Field.Port(100)), Compare.AtMost(Field.Port(200)),
                new Decide(Verdict.Accept),
            ]),
            new NewRule(forward, [
                .. Match.Protocol(Udp), Payload.SourcePort(), new Between(Field.Port(3), Field.Port(5)) { IsNegated = true },
                new Decide(Verdict.Accept),
            ]),
            new NewRule(forward, Meta.InputInterfaceName(), Lookup.VerdictMap(Verdicts.Set)));
    }

    static SetElement Service(string network, ushort firstPort, ushort lastPort, string comment = "")
    {
        var cidr = Cidr.Parse(network);
        return new SetElement(Field.Concatenate(Field.Address(cidr.Network), Field.Port(firstPort)))
        {
            KeyEnd = Field.Concatenate(Field.Address(cidr.Last), Field.Port(lastPort)),
            Comment = comment,
        };
    }

    static SetElement Port(string name, Verdict verdict) => new(Field.InterfaceName(name)) { Verdict = verdict };
}
