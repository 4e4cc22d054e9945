using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Plugins.Firewall;

namespace CniBridge.Plugins.PortMap;

/// <summary>A chain and its rules.</summary>
sealed record ChainRules(NewChain Chain, params Expression[][] Rules);

/// <summary>
/// What there is of host ports in the table of a family, whatever the number of pods: chains with their rules, and the sets that
/// these look into.
/// </summary>
sealed record HostPortTable(bool IsV6)
{
    internal TableName Name => NetworkMasquerade.TableOf(IsV6);

    /// <summary>Protocol, address of the node, port: to the pod's address, port.</summary>
    internal SetName AddressPorts => Name.Set("hostport-addresses");

    /// <summary>Protocol, port of any address of the node: to the pod's address, port.</summary>
    internal SetName Ports => Name.Set("hostports");

    /// <summary>Who must not be seen as who he is, and by which pod: the pod itself, 127.0.0.1.</summary>
    internal SetName Senders => Name.Set("hostport-senders");

    /// <summary>A pod and its link: who comes by that link would be answered directly, and would not know by whom.</summary>
    internal SetName Neighbours => Name.Set("hostport-neighbours");

    /// <summary>Pods that see nobody as who he is.</summary>
    internal SetName Masked => Name.Set("hostport-masked");

    /// <summary>Links that may carry packets of 127.0.0.1. They belong to nobody and stay, as the kernel's setting does.</summary>
    internal SetName LocalhostLinks => Name.Set("hostport-localhost-links");

    /// <summary>Where it is there, all the others are.</summary>
    internal ChainName Translation => Name.Chain("hostport-translation");

    DataType Address => IsV6 ? DataType.IPv6Address : DataType.IPv4Address;

    internal IReadOnlyList<NewSet> Sets
    {
        get
        {
            DataType[] target = [Address, DataType.Port];
            List<NewSet> sets =
            [
                new(AddressPorts, DataType.Protocol, Address, DataType.Port) { Data = target },
                new(Ports, DataType.Protocol, DataType.Port) { Data = target },
                new(Senders, Address, Address),
                new(Neighbours, Address, DataType.InterfaceName),
                new(Masked, Address),
            ];
            if (!IsV6)
                sets.Add(new NewSet(LocalhostLinks, DataType.InterfaceName));
            return sets;
        }
    }

    internal IReadOnlyList<ChainRules> Chains
    {
        get
        {
            List<ChainRules> chains =
            [
                new(new NewChain(Translation), TranslateAddressPort, TranslatePort),
                new(BaseChain("hostport-prerouting", ChainHook.NatPrerouting), Translate),
                new(BaseChain("hostport-output", ChainHook.NatOutput), IsV6 ? TranslateButLocalhost : Translate),
                new(BaseChain("hostport-postrouting", ChainHook.NatPostrouting), MaskSender, MaskNeighbour, MaskAll),
            ];
            if (!IsV6)
                chains.Add(new ChainRules(BaseChain("hostport-localhost", ChainHook.RawPrerouting), GuardLocalhost));
            return chains;
        }
    }

    NewChain BaseChain(string name, ChainHook hook) => new(Name.Chain(name)) { Hook = hook, Policy = Verdict.Accept };

    /// <summary>The register behind an address at the first one.</summary>
    int BehindAddress => IsV6 ? 4 : 1;

    /// <summary>fib daddr type local jump hostport-translation</summary>
    Expression[] Translate => [.. Match.LocalDestination(), new Decide(Verdict.Jump(Translation))];

    /// <summary>
    /// ip6 daddr != ::1 fib daddr type local jump hostport-translation: a packet of ::1 cannot leave the node, so that whoever
    /// tries it is refused at once, and goes on to 127.0.0.1.
    /// </summary>
    Expression[] TranslateButLocalhost => [.. Match.NotDestination(LocalhostV6), .. Translate];

    /// <summary>dnat ip to meta l4proto . ip daddr . th dport map @hostport-addresses</summary>
    Expression[] TranslateAddressPort =>
    [
        Meta.TransportProtocol(), Payload.DestinationAddress(IsV6, register: 1), Payload.DestinationPort(register: 1 + BehindAddress),
        Lookup.Map(AddressPorts), Nat.Destination(IsV6, address: 0, port: BehindAddress),
    ];

    /// <summary>dnat ip to meta l4proto . th dport map @hostports</summary>
    Expression[] TranslatePort =>
    [
        Meta.TransportProtocol(), Payload.DestinationPort(register: 1),
        Lookup.Map(Ports), Nat.Destination(IsV6, address: 0, port: BehindAddress),
    ];

    /// <summary>ct status dnat ip saddr . ip daddr @hostport-senders masquerade</summary>
    Expression[] MaskSender =>
    [
        .. Match.HasNewDestination(), Payload.SourceAddress(IsV6), Payload.DestinationAddress(IsV6, register: BehindAddress),
        Lookup.In(Senders), new Masquerade(),
    ];

    /// <summary>
    /// ct status dnat ip daddr . iifname @hostport-neighbours masquerade. A frame that the bridge hands to netfilter itself
    /// (br_netfilter) has no interface here: its answer passes netfilter too, and needs nothing.
    /// </summary>
    Expression[] MaskNeighbour =>
    [
        .. Match.HasNewDestination(), Payload.DestinationAddress(IsV6), Meta.InputInterfaceName(register: BehindAddress),
        Lookup.In(Neighbours), new Masquerade(),
    ];

    /// <summary>ct status dnat ip daddr @hostport-masked masquerade</summary>
    Expression[] MaskAll =>
        [.. Match.HasNewDestination(), Payload.DestinationAddress(IsV6), Lookup.In(Masked), new Masquerade()];

    /// <summary>
    /// iifname @hostport-localhost-links ip daddr 127.0.0.0/8 counter drop: route_localnet opens what listens on 127.0.0.1 to
    /// everybody on the link, and only answers are meant to pass, which do not have that address yet.
    /// </summary>
    Expression[] GuardLocalhost =>
    [
        Meta.InputInterfaceName(), Lookup.In(LocalhostLinks), .. Match.Destination(Localhost), new Counter(),
        new Decide(Verdict.Drop),
    ];

    static Cidr Localhost => new(IpAddress.FromBytes([127, 0, 0, 0]), 8);

    static Cidr LocalhostV6 => new(IpAddress.FromBytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), 128);
}
