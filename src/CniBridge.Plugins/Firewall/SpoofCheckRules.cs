using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The MAC spoofing check in nftables: one chain with one rule and two sets, independent of the number of pods. Ports outside the sets
/// are not checked.
/// </summary>
/// <param name="open">Returns the socket of the node's namespace; called at first use.</param>
sealed class SpoofCheckRules(Func<NftSocket> open) : ISpoofCheckRules
{
    /// <summary>The number of tries; more than one is needed only if several first ADDs or removals meet.</summary>
    const int Attempts = 5;

    internal static TableName Table { get; } = new(TableFamily.Bridge, "cni-bridge");
    static readonly ChainName s_chain = Table.Chain("spoof-check");

    /// <summary>The checked ports, each with its owner and MAC in the comment.</summary>
    static readonly SetName s_guarded = Table.Set("guarded");

    /// <summary>The allowed pairs of port and MAC, each with its owner in the comment.</summary>
    static readonly SetName s_allowed = Table.Set("allowed");

    public void Add(SpoofGuard guard) => Commit(batch =>
    {
        if (open().TryGetChain(s_chain) is null)
            AddChain(batch);
        var former = open().TryGetElement(s_guarded, Port(guard.Port))?.Comment;
        // The kernel accepts an existing element regardless of its comment.
        if (former is not null && former != ElementOwner.WithMac(guard.Owner.Attachment, guard.Mac))
            Delete(batch, guard.Port, _ => true);
        AddElements(batch, [guard]);
    });

    public void Remove(SpoofGuard guard)
    {
        var owner = ElementOwner.Format(guard.Owner.Attachment);
        Commit(batch => Delete(batch, guard.Port, other => other == owner, guard.Mac));
    }

    public void Remove(Attachment attachment, IReadOnlyList<string> ports)
    {
        var owner = ElementOwner.Format(attachment);
        Commit(batch =>
        {
            foreach (var port in ports)
                Delete(batch, port, other => other == owner);
        });
    }

    public void RemoveOthers(string network, IReadOnlySet<string> owners) => Commit(batch =>
    {
        var prefix = ElementOwner.PrefixOf(network);
        foreach (var set in (ReadOnlySpan<SetName>)[s_guarded, s_allowed])
        {
            foreach (var element in open().ListElements(set))
            {
                var (owner, _) = ElementOwner.Parse(element.Comment);
                if (owner.StartsWith(prefix, StringComparison.Ordinal) && !owners.Contains(owner))
                    batch.DeleteElements(set, new SetElement(element.Key));
            }
        }
    });

    public string? FindMissing(SpoofGuard guard)
    {
        var socket = open();
        if (socket.TryGetChain(s_chain)?.Hook != ChainHook.BridgePrerouting)
            return $"the chain {s_chain}";
        if (!HasRule())
            return $"the rule of the chain {s_chain}";
        if (socket.TryGetElement(s_guarded, Port(guard.Port)) is null)
            return $"{guard.Port} in the set {s_guarded}";
        if (socket.TryGetElement(s_allowed, Sender(guard.Port, guard.Mac)) is null)
            return $"{guard.Port} . {guard.Mac} in the set {s_allowed}";
        return null;
    }

    public void Restore(IReadOnlyList<SpoofGuard> guards) => Commit(batch =>
    {
        if (open().TryGetChain(s_chain) is null)
            AddChain(batch);
        else if (!HasRule())
            batch.Add([.. Sets(), new FlushChain(s_chain), Rule()]);
        else
            batch.Add(Sets());
        AddElements(batch, guards);
    });

    public void Try()
    {
        if (open().TryGetChain(s_chain) is not null)
            return;
        NetworkNamespace.RunInNew(() =>
        {
            using var socket = new NftSocket();
            new SpoofCheckRules(() => socket).Restore([]);
            return true;
        });
    }

    void Commit(Action<NftBatch> fill)
    {
        for (var attempt = 1; ; attempt++)
        {
            var batch = new NftBatch();
            fill(batch);
            try
            {
                open().Commit(batch);
                return;
            }
            // Another process has created the chain or deleted an element meanwhile.
            catch (KernelException e) when (e.Errno is Errno.EEXIST or Errno.ENOENT && attempt < Attempts)
            {
            }
        }
    }

    static void AddChain(NftBatch batch) => batch.Add([
        new NewTable(Table),
        // Of two processes that create the chain, the second must fail, or the chain would have two rules.
        new NewChain(s_chain) { Hook = ChainHook.BridgePrerouting, Policy = Verdict.Accept, IsExclusive = true },
        .. Sets(),
        Rule(),
    ]);

    static NewSet[] Sets() =>
    [
        new(s_guarded, DataType.InterfaceName) { Comment = "ports of pods, and whose they are" },
        new(s_allowed, DataType.InterfaceName, DataType.EthernetAddress) { Comment = "what may come by them" },
    ];

    static NewRule Rule() => new(s_chain, Expressions()) { Comment = "a source that is not the pod's MAC" };

    /// <summary>iifname @guarded iifname . ether saddr != @allowed counter drop</summary>
    static Expression[] Expressions() =>
    [
        Meta.InputInterfaceName(), Lookup.In(s_guarded),
        Meta.InputInterfaceName(), Payload.EthernetSource(register: 4), Lookup.NotIn(s_allowed),
        new Counter(), new Decide(Verdict.Drop),
    ];

    /// <summary>Tells whether the first rule is ours; a rule before it could accept what ours drops.</summary>
    bool HasRule() => open().ListRules(s_chain) is [var first, ..] && first.Does(Expressions());

    static void AddElements(NftBatch batch, IReadOnlyList<SpoofGuard> guards)
    {
        var ports = new SetElement[guards.Count];
        var senders = new SetElement[guards.Count];
        for (var i = 0; i < guards.Count; i++)
        {
            var (owner, port, mac) = guards[i];
            ports[i] = new SetElement(Port(port)) { Comment = ElementOwner.WithMac(owner.Attachment, mac) };
            senders[i] = new SetElement(Sender(port, mac)) { Comment = ElementOwner.Format(owner.Attachment) };
        }
        batch.AddElements(s_allowed, senders).AddElements(s_guarded, ports);
    }

    /// <summary>Deletes the elements of a port: the one with the MAC of its comment, or with the recorded one.</summary>
    void Delete(NftBatch batch, string port, Predicate<string> isOwner, MacAddress? recorded = null)
    {
        MacAddress? named = null;
        if (open().TryGetElement(s_guarded, Port(port)) is { } element)
        {
            (var owner, named) = ElementOwner.Parse(element.Comment);
            if (isOwner(owner))
                batch.DeleteElements(s_guarded, new SetElement(element.Key));
            DeleteSender(batch, port, named, isOwner);
        }
        if (recorded != named)
            DeleteSender(batch, port, recorded, isOwner);
    }

    void DeleteSender(NftBatch batch, string port, MacAddress? mac, Predicate<string> isOwner)
    {
        if (mac is { } known && open().TryGetElement(s_allowed, Sender(port, known)) is { } element && isOwner(element.Comment))
            batch.DeleteElements(s_allowed, new SetElement(element.Key));
    }

    static byte[] Port(string name) => Field.InterfaceName(name);

    static byte[] Sender(string port, MacAddress mac) => Field.Concatenate(Field.InterfaceName(port), Field.Address(mac));
}
