using System.Globalization;
using CniBridge.Linux;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;

namespace CniBridge.Plugins.Firewall;

/// <summary>A base chain that drops all new connections of a pod, regardless of other chains.</summary>
/// <param name="Rule">The rule that drops or rejects them; null: the policy of the chain.</param>
sealed record ForwardObstacle(ForwardPath Path, ChainEntry Chain, RuleEntry? Rule)
{
    internal string Message => $"The firewall drops new connections {Path} (chain {Name}, " + (Rule is null
        ? "policy drop)"
        : string.Create(CultureInfo.InvariantCulture, $"rule handle {Rule.Handle} of chain {Rule.Chain})"));

    /// <summary>A command that allows the connections until the owner of the chain writes it again.</summary>
    internal string Remedy => (Chain.Family, Chain.Table, Chain.Name) switch
    {
        (TableFamily.IPv4, "filter", "FORWARD") =>
            $"iptables -I FORWARD {(Path.IsFromPod ? "-i" : "-o")} {ShellText.Quote(Path.Gateway.Name)} -j ACCEPT",
        (TableFamily.IPv6, "filter", "FORWARD") =>
            $"ip6tables -I FORWARD {(Path.IsFromPod ? "-i" : "-o")} {ShellText.Quote(Path.Gateway.Name)} -j ACCEPT",
        (_, "firewalld", _) => $"firewall-cmd --zone=trusted --add-interface={ShellText.Quote(Path.Gateway.Name)}",
        _ => $"nft insert rule {Name} {(Path.IsFromPod ? "iifname" : "oifname")} {ShellText.Quote(Path.Gateway.Name)} accept",
    };

    /// <summary>The chain in nft's notation, with family and table.</summary>
    string Name => new TableName(Chain.Family, Chain.Table).Chain(Chain.Name).ToString();
}
