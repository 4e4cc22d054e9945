using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;

namespace CniBridge.Plugins.Firewall;

/// <summary>A chain that the Go plugins created for one container with iptables.</summary>
/// <param name="Parent">The chain with the rules that jump to it.</param>
sealed record GoChain(ChainName Chain, ChainName Parent)
{
    /// <summary>Returns the table of iptables -t nat or ip6tables -t nat.</summary>
    internal static TableName Nat(AddressFamily family) => new(family.IsV6 ? TableFamily.IPv6 : TableFamily.IPv4, "nat");

    internal static GoChain Masquerade(AddressFamily family, string name) => new(Nat(family).Chain(name), Nat(family).Chain("POSTROUTING"));

    /// <summary>Adds the deletion of the chain to a batch. Costs one request if the chain does not exist.</summary>
    /// <param name="isOthers">Tells whether a rule that jumps to the chain must stay, and the chain with it.</param>
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
