using CniBridge.Linux;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The commands that let a chain accept traffic of pods in both directions: connections, their replies, and host ports. Those of
/// firewalld and ufw last. Other chains keep the rules until their owner writes them again.
/// </summary>
sealed class ForwardRemedy(ForwardObstacle obstacle)
{
    /// <summary>The name of the policy of firewalld.</summary>
    const string Policy = "cni-bridge";

    readonly string _link = ShellText.Quote(obstacle.Path.Gateway.Name);

    internal string Commands => obstacle switch
    {
        { Owner: FirewallOwner.Firewalld } => Firewalld(),
        { Owner: FirewallOwner.Ufw } when IsForward => $"ufw route allow in on {_link}; ufw route allow out on {_link}",
        { IsLegacy: true } or { Chain.Table: "filter", Chain.Family: TableFamily.IPv4 or TableFamily.IPv6 } when IsOfIptables => Iptables(),
        _ => Nft(),
    };

    bool IsForward => obstacle.Chain.Hook?.IsForward != false;

    /// <summary>True for the names of iptables; nft uses them only if a person chose them.</summary>
    bool IsOfIptables => obstacle.IsLegacy || obstacle.Chain.Name is "INPUT" or "FORWARD" or "OUTPUT";

    /// <summary>
    /// Returns the commands of firewalld. The zone allows traffic from pods. Traffic from other zones to pods needs a policy.
    /// </summary>
    string Firewalld()
    {
        var zone = $"firewall-cmd --permanent --zone=trusted --change-interface={_link}";
        return obstacle.Path.Kind != TrafficKind.OutsideToPod
            ? $"{zone}; firewall-cmd --reload"
            : $"{zone}; firewall-cmd --permanent --info-policy={Policy} >/dev/null 2>&1 || " +
              $"firewall-cmd --permanent --new-policy={Policy}; " +
              $"firewall-cmd --permanent --policy={Policy} --add-ingress-zone=ANY; " +
              $"firewall-cmd --permanent --policy={Policy} --add-egress-zone=trusted; " +
              $"firewall-cmd --permanent --policy={Policy} --set-target=ACCEPT; firewall-cmd --reload";
    }

    /// <summary>
    /// Returns the commands of iptables. An accepting rule behind one that drops has no effect, so it does not replace a new rule.
    /// </summary>
    string Iptables()
    {
        var program = (obstacle.Path.Pod.IsV6 ? "ip6tables" : "iptables") + (obstacle.IsLegacy ? "-legacy" : "");
        if (obstacle.IsLegacy && obstacle.Chain.Table != "filter")
            program += $" -t {obstacle.Chain.Table}";
        var rule = $"{obstacle.Chain.Name} $way {_link} -j ACCEPT";
        return $"for way in {Ways("-i", "-o")}; do " +
            (obstacle.Rule is null ? $"{program} -C {rule} 2>/dev/null || " : "") + $"{program} -I {rule}; done";
    }

    string Nft()
    {
        var check = $"nft list chain {obstacle.Name} | grep -qF \"$way \"{ShellText.Quote($"\"{obstacle.Path.Gateway.Name}\" accept")} || ";
        return $"for way in {Ways("iifname", "oifname")}; do {(obstacle.Rule is null ? check : "")}" +
            $"nft insert rule {obstacle.Name} $way {_link} accept; done";
    }

    /// <summary>Returns the words for the directions that the hook knows.</summary>
    string Ways(string input, string output)
    {
        var hook = obstacle.Chain.Hook?.Number;
        if (hook == ChainHook.FilterOutput.Number)
            return output;
        return hook == ChainHook.RawPrerouting.Number || hook == ChainHook.FilterInput.Number ? input : $"{input} {output}";
    }
}
