using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Plugins.Firewall;

namespace CniBridge.Plugins.PortMap;

/// <summary>A chain and its rules.</summary>
sealed record ChainRules(NewChain Chain, params Expression[][] Rules);

/// <summary>
/// The host ports in the table of a family, independent of the number of pods: chains with their rules, and the sets that the rules
/// use.
/// </summary>
sealed record HostPortTable(AddressFamily Family)
{
    internal TableName Name => NetworkMasquerade.TableOf(Family);

    /// <summary>A map from protocol, node address and port to pod address and port.</summary>
    internal SetName AddressPorts => Name.Set("hostport-addresses");

    /// <summary>A map from protocol and port of any node address to pod address and port.</summary>
    internal SetName Ports => Name.Set("hostports");

    /// <summary>Pairs of a sender to masquerade and the pod it connects to: the pod itself, 127.0.0.1.</summary>
    internal SetName Senders => Name.Set("hostport-senders");

    /// <summary>
    /// Pairs of a pod and its link. Senders on that link are masqueraded, because the pod would answer them directly from an unknown
    /// address.
    /// </summary>
    internal SetName Neighbours => Name.Set("hostport-neighbours");

    /// <summary>Pods for which all senders are masqueraded.</summary>
    internal SetName Masked => Name.Set("hostport-masked");

    /// <summary>Links that may carry packets of 127.0.0.1. Its elements have no owner and stay, like the kernel's setting.</summary>
    internal SetName LocalhostLinks => Name.Set("hostport-localhost-links");

    /// <summary>The chain with the translations. If it exists, all other chains exist.</summary>
    internal ChainName Translation => Name.Chain("hostport-translation");

    DataType Address => Family.IsV6 ? DataType.IPv6Address : DataType.IPv4Address;

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
            if (!Family.IsV6)
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
                new(BaseChain("hostport-output", ChainHook.NatOutput), Family.IsV6 ? TranslateButLocalhost : Translate),
                new(BaseChain("hostport-postrouting", ChainHook.NatPostrouting), MaskSender, MaskNeighbour, MaskAll),
            ];
            if (!Family.IsV6)
                chains.Add(new ChainRules(BaseChain("hostport-localhost", ChainHook.RawPrerouting), GuardLocalhost));
            return chains;
        }
    }

    NewChain BaseChain(string name, ChainHook hook) => new(Name.Chain(name)) { Hook = hook, Policy = Verdict.Accept };

    /// <summary>The register behind an address that starts in register 0.</summary>
    int BehindAddress => Family.IsV6 ? 4 : 1;

    /// <summary>fib daddr type local jump hostport-translation</summary>
    Expression[] Translate => [.. Match.LocalDestination(), new Decide(Verdict.Jump(Translation))];

    /// <summary>
    /// ip6 daddr != ::1 fib daddr type local jump hostport-translation. A packet to ::1 cannot leave the node; without translation the
    /// client is refused at once and tries 127.0.0.1.
    /// </summary>
    Expression[] TranslateButLocalhost => [.. Match.NotDestination(LocalhostV6), .. Translate];

    /// <summary>dnat ip to meta l4proto . ip daddr . th dport map @hostport-addresses</summary>
    Expression[] TranslateAddressPort =>
    [
        Meta.TransportProtocol(), Payload.DestinationAddress(Family, register: 1), Payload.DestinationPort(register: 1 + BehindAddress),
        Lookup.Map(AddressPorts), Nat.Destination(Family, address: 0, port: BehindAddress),
    ];

    /// <summary>dnat ip to meta l4proto . th dport map @hostports</summary>
    Expression[] TranslatePort =>
    [
        Meta.TransportProtocol(), Payload.DestinationPort(register: 1),
        Lookup.Map(Ports), Nat.Destination(Family, address: 0, port: BehindAddress),
    ];

    /// <summary>ct status dnat ip saddr . ip daddr @hostport-senders masquerade</summary>
    Expression[] MaskSender =>
    [
        .. Match.HasNewDestination(), Payload.SourceAddress(Family), Payload.DestinationAddress(Family, register: BehindAddress),
        Lookup.In(Senders), new Masquerade(),
    ];

    /// <summary>
    /// ct status dnat ip daddr . iifname @hostport-neighbours masquerade. A frame that the bridge itself passes to netfilter
    /// (br_netfilter) has no interface here. Its reply passes netfilter too and needs no masquerade.
    /// </summary>
    Expression[] MaskNeighbour =>
    [
        .. Match.HasNewDestination(), Payload.DestinationAddress(Family), Meta.InputInterfaceName(register: BehindAddress),
        Lookup.In(Neighbours), new Masquerade(),
    ];

    /// <summary>ct status dnat ip daddr @hostport-masked masquerade</summary>
    Expression[] MaskAll =>
        [.. Match.HasNewDestination(), Payload.DestinationAddress(Family), Lookup.In(Masked), new Masquerade()];

    /// <summary>
    /// iifname @hostport-localhost-links ip daddr 127.0.0.0/8 counter drop. route_localnet exposes services on 127.0.0.1 to the whole
    /// link. Only replies must pass, and they do not have that destination yet at this hook.
    /// </summary>
    Expression[] GuardLocalhost =>
    [
        Meta.InputInterfaceName(), Lookup.In(LocalhostLinks), .. Match.Destination(Localhost), new Counter(),
        new Decide(Verdict.Drop),
    ];

    static Cidr Localhost => new(IpAddress.FromBytes([127, 0, 0, 0]), 8);

    static Cidr LocalhostV6 => new(IpAddress.FromBytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), 128);
}
