using System.Globalization;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;

namespace CniBridge.Plugins.Firewall;

/// <summary>A base chain that drops all packets of a path, regardless of other chains.</summary>
/// <param name="Rule">The rule that drops or rejects them; null: the policy of the chain.</param>
sealed record ForwardObstacle(ForwardPath Path, ChainEntry Chain, RuleEntry? Rule)
{
    /// <summary>True for a chain of iptables-legacy, which nft does not list.</summary>
    internal bool IsLegacy { get; init; }

    internal FirewallOwner Owner { get; init; }

    internal string Message => $"The firewall drops {Path} ({Place})";

    /// <summary>The commands that allow all traffic of pods through the chain, separated by semicolons.</summary>
    internal string Remedy => new ForwardRemedy(this).Commands;

    /// <summary>The chain, and the rule or policy that drops.</summary>
    internal string Place => $"chain {Name}{(IsLegacy ? " of iptables-legacy" : "")}, " + (Rule is null
        ? "policy drop"
        : string.Create(CultureInfo.InvariantCulture, $"rule {(IsLegacy ? "" : "handle ")}{Rule.Handle} of chain {Rule.Chain}"));

    /// <summary>The chain in nft's notation, with family and table.</summary>
    internal string Name => new TableName(Chain.Family, Chain.Table).Chain(Chain.Name).ToString();
}
