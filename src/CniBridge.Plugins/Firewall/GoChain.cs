using CniBridge.Linux.Nftables;

namespace CniBridge.Plugins.Firewall;

/// <summary>A chain that the Go plugins made for one container with iptables, to nf_tables a chain like any other.</summary>
/// <param name="Parent">Where the rules are that jump to it.</param>
sealed record GoChain(ChainName Chain, ChainName Parent)
{
    /// <summary>The table of iptables -t nat, or ip6tables.</summary>
    internal static TableName Nat(bool isV6) => new(isV6 ? TableFamily.IPv6 : TableFamily.IPv4, "nat");

    internal static GoChain Masquerade(bool isV6, string name) => new(Nat(isV6).Chain(name), Nat(isV6).Chain("POSTROUTING"));

    /// <summary>Adds to a batch what deletes it; where it never was, that is one look-up.</summary>
    /// <param name="isOthers">Says of a rule that jumps to it that it must stay, and the chain with it.</param>
    internal void Delete(NftBatch batch, NftSocket socket, Predicate<RuleEntry>? isOthers = null)
    {
        if (socket.TryGetChain(Chain) is null)
            return;
        var isNeeded = false;
        foreach (var rule in socket.ListRules(Parent))
        {
            if (!rule.JumpsTo(Chain))
                continue;
            if (isOthers?.Invoke(rule) == true)
                isNeeded = true;
            else
                batch.Add(new DeleteRule(Parent, rule.Handle));
        }
        if (!isNeeded)
            batch.Add(new FlushChain(Chain), new DeleteChain(Chain));
    }
}
