using CniBridge.Linux;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The MAC spoofing check: rules in the kernel, and a record for each attachment. The record is written before the rules and deleted
/// after them, so that rules of a killed process are found again.
/// </summary>
sealed class SpoofCheck(ISpoofCheckRules rules, Records<SpoofGuard> records, TextWriter log)
{
    /// <exception cref="CniException">Code 2: the kernel lacks a feature.</exception>
    internal void Add(SpoofGuard guard, Rollback undo)
    {
        // A record of an ADD that was killed, or of a namespace that ended without DEL.
        if (records.TryRead(guard.Owner.FileName) is { } former)
            rules.Remove(former);
        records.TrySave(guard, log);
        // Push the undo before the rules, because their answer may be lost.
        undo.Push("remove the MAC spoofing rules", () => Remove(guard));
        NeedBridgeFamily(() => rules.Add(guard));
    }

    void Remove(SpoofGuard guard)
    {
        rules.Remove(guard);
        records.TryDelete(guard.Owner.FileName, log);
    }

    /// <summary>Removes the attachment's rules. Without such rules, it costs one look for a record.</summary>
    /// <param name="attachment">The attachment.</param>
    /// <param name="ports">The possible names of its port, for an attachment whose record is lost.</param>
    /// <param name="isConfigured">Returns whether rules may exist without a record; called only without one.</param>
    internal void Remove(Attachment attachment, IReadOnlyList<string> ports, Func<bool> isConfigured)
    {
        var name = RecordOwner.NameOf(attachment);
        if (records.TryRead(name) is { } guard)
        {
            Remove(guard);
        }
        else if (isConfigured())
        {
            rules.Remove(attachment, ports);
            records.TryDelete(name, log);
        }
    }

    /// <summary>Removes the rules of stale attachments of a network.</summary>
    internal void CollectGarbage(string network, ValidAttachments valid, bool isConfigured)
    {
        var dead = records.ReadAll().FindAll(guard => guard.Owner.Attachment is var attachment &&
            attachment.Network == network && !valid.Contains(attachment.ContainerId, attachment.InterfaceName));
        if (dead.Count == 0 && !isConfigured)
            return;
        foreach (var guard in dead)
            Remove(guard);
        var owners = new HashSet<string>();
        foreach (var attachment in valid.List(network))
            owners.Add(ElementOwner.Format(attachment));
        rules.RemoveOthers(network, owners);
    }

    /// <summary>Returns the missing part of an attachment's rules, or null.</summary>
    internal string? FindMissing(SpoofGuard guard) => rules.FindMissing(guard);

    /// <summary>
    /// Adds the missing rules of all attachments whose namespace still exists, for example after the ruleset was flushed. The record of a
    /// stale attachment stays for its DEL, and its rules are not added again.
    /// </summary>
    /// <returns>One line for each missing part.</returns>
    internal List<string> Restore()
    {
        var living = records.ReadAll().FindAll(guard => guard.Owner.IsAlive);
        var restored = new List<string>();
        foreach (var guard in living)
        {
            if (rules.FindMissing(guard) is { } what)
                restored.Add($"macspoofchk of {guard.Owner} ({what})");
        }
        if (restored.Count > 0)
            rules.Restore(living);
        return restored;
    }

    /// <summary>Logs the first missing rule of the network's attachments. Changes nothing.</summary>
    /// <exception cref="CniException">Code 2: the kernel lacks a feature.</exception>
    internal void Try(string network)
    {
        NeedBridgeFamily(rules.Try);
        foreach (var guard in records.ReadAll())
        {
            if (guard.Owner.Attachment.Network != network || !guard.Owner.IsAlive || rules.FindMissing(guard) is not { } missing)
                continue;
            log.WriteLine($"macspoofchk of the network {network} does not work: no {missing}; cni-bridge repair restores the rules");
            return;
        }
    }

    // if (!nft_supported_family(family)) return -EOPNOTSUPP, in nf_tables_api.c
    static void NeedBridgeFamily(Action step)
    {
        try
        {
            step();
        }
        catch (KernelException e) when (e.Errno == Errno.EOPNOTSUPP)
        {
            throw new CniException(CniErrorCode.UnsupportedField,
                "unsupported field: macspoofchk = true: the kernel is built without nftables for bridges", "CONFIG_NF_TABLES_BRIDGE");
        }
    }
}
