using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// What ipMasq of the Go plugins left in nf_tables: with iptables a chain per container in each family, and a rule per address
/// that jumps to it; with nftables a rule per address. What iptables-legacy keeps is elsewhere, and out of reach.
/// </summary>
sealed class GoMasquerade(NftSocket socket)
{
    const int ChainNameLength = 28;

    static readonly ChainName s_checks = new TableName(TableFamily.Inet, "cni_plugins_masquerade").Chain("masq_checks");

    /// <summary>Where Go was never used, three look-ups.</summary>
    /// <param name="findAddresses">
    /// The attachment's addresses; none: unknown. Asked only where the container has a chain, which all its interfaces in the
    /// network share.
    /// </param>
    internal void Delete(Attachment attachment, Func<IReadOnlyList<Cidr>> findAddresses)
    {
        var name = GoNames.MasqueradeChain(attachment.Network, attachment.ContainerId);
        var prefix = GoNames.CommentPrefix(attachment);
        GoRules.DeleteAll(socket, () =>
        {
            var batch = new NftBatch();
            foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
                GoChain.Masquerade(isV6, name).Delete(batch, socket, rule => IsOfAnother(rule, findAddresses(), isV6));
            GoRules.Delete(batch, socket, s_checks, comment => comment.StartsWith(prefix, StringComparison.Ordinal));
            return batch;
        });
    }

    static bool IsOfAnother(RuleEntry rule, IReadOnlyList<Cidr> addresses, bool isV6)
    {
        var isKnown = false;
        foreach (var cidr in addresses)
        {
            if (cidr.Address.IsV6 != isV6)
                continue;
            isKnown = true;
            // Plugins of the first years wrote the network in place of the address.
            if (rule.Begins(Match.Source(new Cidr(cidr.Address, cidr.Address.Bits))) || rule.Begins(Match.Source(cidr)))
                return false;
        }
        return isKnown;
    }

    /// <summary>What is proven to be a network's, and none of its living attachments'.</summary>
    internal void CollectGarbage(string network, ValidAttachments valid) => GoRules.DeleteAll(socket, () =>
    {
        var batch = new NftBatch();
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (var chain in socket.ListChains(GoChain.Nat(isV6)))
            {
                // Other chains may have names that nft could not read back.
                if (!IsName(chain.Name))
                    continue;
                var ofGo = GoChain.Masquerade(isV6, chain.Name);
                if (IsGarbage(ofGo.Chain, network, valid))
                    ofGo.Delete(batch, socket);
            }
        }
        var ofNetwork = GoNames.CommentPrefix(network);
        var ofLiving = valid.Of(network).Select(GoNames.CommentPrefix).ToList();
        GoRules.Delete(batch, socket, s_checks, comment => comment.StartsWith(ofNetwork, StringComparison.Ordinal) &&
            !ofLiving.Exists(prefix => comment.StartsWith(prefix, StringComparison.Ordinal)));
        return batch;
    });

    static bool IsName(string name) => name.Length == ChainNameLength && name.StartsWith("CNI-", StringComparison.Ordinal) &&
        name.Skip("CNI-".Length).All(char.IsAsciiHexDigitLower);

    /// <summary>The comments of a chain's rules say whose it is, and its name, which is made of that, that they say the truth.</summary>
    bool IsGarbage(ChainName chain, string network, ValidAttachments valid) =>
        socket.ListRules(chain).Exists(rule =>
            GoNames.TryParseContainer(rule.Comment, network) is { } container && !valid.Contains(container, "") &&
            chain.Name == GoNames.MasqueradeChain(network, container));
}
