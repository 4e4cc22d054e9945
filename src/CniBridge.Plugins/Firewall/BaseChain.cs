using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Rules;

namespace CniBridge.Plugins.Firewall;

/// <summary>A base chain and the reader of its table.</summary>
sealed record BaseChain(ChainEntry Chain, ITableReader Table, bool IsLegacy)
{
    /// <summary>The hook; a base chain always has one.</summary>
    internal ChainHook Hook => Chain.Hook!;

    /// <summary>The program that writes the chain, as the names of its table and of the chains behind its jumps tell.</summary>
    internal FirewallOwner Owner
    {
        get
        {
            if (Chain.Table == "firewalld")
                return FirewallOwner.Firewalld;
            foreach (var rule in Table.ListRules(Chain.Name) ?? [])
            {
                if (rule.JumpTarget is not { } target)
                    continue;
                if (target == $"{Chain.Name}_direct")
                    return FirewallOwner.Firewalld;
                if (target.StartsWith("ufw-", StringComparison.Ordinal) || target.StartsWith("ufw6-", StringComparison.Ordinal))
                    return FirewallOwner.Ufw;
            }
            return FirewallOwner.Unknown;
        }
    }
}
