using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The rules that ipMasq of the Go plugins created in nf_tables. With iptables: a chain per container and family, and a rule per
/// address that jumps to it. With nftables: a rule per address. Rules of iptables-legacy are in another subsystem.
/// </summary>
sealed class GoMasquerade(NftSocket socket)
{
    const int ChainNameLength = 28;

    static readonly ChainName s_checks = new TableName(TableFamily.Inet, "cni_plugins_masquerade").Chain("masq_checks");

    /// <summary>Deletes the rules of an attachment. Costs three requests on a node without rules of the Go plugins.</summary>
    /// <param name="findAddresses">
    /// Returns the attachment's addresses; empty if they are unknown. Called only if the container has a chain, which all its interfaces
    /// in the network share.
    /// </param>
    internal void Delete(Attachment attachment, Func<IReadOnlyList<Cidr>> findAddresses)
    {
        var name = GoNames.MasqueradeChain(attachment.Network, attachment.ContainerId);
        var prefix = GoNames.CommentPrefix(attachment);
        GoRules.DeleteAll(socket, () =>
        {
            var batch = new NftBatch();
            foreach (var family in AddressFamilies.All)
                GoChain.Masquerade(family, name).Delete(batch, socket, rule => IsOfAnother(rule, findAddresses(), family));
            GoRules.Delete(batch, socket, s_checks, comment => comment.StartsWith(prefix, StringComparison.Ordinal));
            return batch;
        });
    }

    static bool IsOfAnother(RuleEntry rule, IReadOnlyList<Cidr> addresses, AddressFamily family)
    {
        var isKnown = false;
        foreach (var cidr in addresses)
        {
            if (cidr.Address.Family != family)
                continue;
            isKnown = true;
            // Early versions of the plugin used the network instead of the address.
            if (rule.Begins(Match.Source(new Cidr(cidr.Address, cidr.Address.Bits))) || rule.Begins(Match.Source(cidr)))
                return false;
        }
        return isKnown;
    }

    /// <summary>Deletes the rules that certainly belong to stale attachments of the network.</summary>
    internal void CollectGarbage(string network, ValidAttachments valid) => GoRules.DeleteAll(socket, () =>
    {
        var batch = new NftBatch();
        foreach (var family in AddressFamilies.All)
        {
            foreach (var chain in socket.ListChains(GoChain.Nat(family)))
            {
                // Chains of other programs may have names that nft cannot parse.
                if (!IsName(chain.Name))
                    continue;
                var ofGo = GoChain.Masquerade(family, chain.Name);
                if (IsGarbage(ofGo.Chain, network, valid))
                    ofGo.Delete(batch, socket);
            }
        }
        var ofNetwork = GoNames.CommentPrefix(network);
        var ofLiving = valid.List(network).Select(GoNames.CommentPrefix).ToList();
        GoRules.Delete(batch, socket, s_checks, comment => comment.StartsWith(ofNetwork, StringComparison.Ordinal) &&
            !ofLiving.Exists(prefix => comment.StartsWith(prefix, StringComparison.Ordinal)));
        return batch;
    });

    static bool IsName(string name) => name.Length == ChainNameLength && name.StartsWith("CNI-", StringComparison.Ordinal) &&
        name.Skip("CNI-".Length).All(char.IsAsciiHexDigitLower);

    /// <summary>
    /// Tells whether a chain belongs to a stale attachment: the comments of its rules name the attachment, and the chain's name, a hash
    /// of it, confirms that.
    /// </summary>
    bool IsGarbage(ChainName chain, string network, ValidAttachments valid) =>
        socket.ListRules(chain).Exists(rule =>
            GoNames.TryParseContainer(rule.Comment, network) is { } container && !valid.Contains(container, "") &&
            chain.Name == GoNames.MasqueradeChain(network, container));
}
