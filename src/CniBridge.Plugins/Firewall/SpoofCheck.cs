using CniBridge.Linux;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The check of sources: what the kernel drops, and a record of it for each attachment, written before and deleted after, so
/// that nobody who is killed leaves anything that is not found again.
/// </summary>
sealed class SpoofCheck(ISpoofCheckRules rules, Records<SpoofGuard> records, TextWriter log)
{
    /// <exception cref="CniException">Code 2: not with this kernel.</exception>
    internal void Add(SpoofGuard guard, Rollback undo)
    {
        // Of an ADD that was killed, or of a namespace that went without a DEL.
        if (records.TryRead(guard.Owner.FileName) is { } former)
            rules.Remove(former);
        records.TrySave(guard, log);
        // Before the rules, for their answer may be lost.
        undo.Push("take the check of sources back", () => Remove(guard));
        NeedBridgeFamily(() => rules.Add(guard));
    }

    void Remove(SpoofGuard guard)
    {
        rules.Remove(guard);
        records.TryDelete(guard.Owner.FileName, log);
    }

    /// <summary>An attachment that never was guarded costs a look for its record.</summary>
    /// <param name="ports">The names that its port may have, for one whose record is lost.</param>
    /// <param name="isConfigured">Asked only without a record: may there be something all the same?</param>
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

    /// <summary>Removes those of a network's attachments that do not live.</summary>
    internal void CollectGarbage(string network, ValidAttachments valid, bool isConfigured)
    {
        var dead = records.ReadAll().FindAll(guard => guard.Owner.Attachment is var attachment &&
            attachment.Network == network && !valid.Contains(attachment.ContainerId, attachment.InterfaceName));
        if (dead.Count == 0 && !isConfigured)
            return;
        foreach (var guard in dead)
            Remove(guard);
        var owners = new HashSet<string>();
        foreach (var attachment in valid.Of(network))
            owners.Add(ElementOwner.Of(attachment));
        rules.RemoveOthers(network, owners);
    }

    /// <summary>Names what an attachment lacks; null: nothing.</summary>
    internal string? FindMissing(SpoofGuard guard) => rules.FindMissing(guard);

    /// <summary>
    /// After somebody flushed the ruleset: guards again whom the records name and whose namespace is still there. The record
    /// of a dead one is for its DEL to find what is there of it, and for nobody to make it again.
    /// </summary>
    /// <returns>What was missing, a line each.</returns>
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

    /// <summary>Changes nothing; says when something is missing that a network's pods rely on. One loss is as good as all.</summary>
    /// <exception cref="CniException">Code 2: not with this kernel.</exception>
    internal void Try(string network)
    {
        NeedBridgeFamily(rules.Try);
        foreach (var guard in records.ReadAll())
        {
            if (guard.Owner.Attachment.Network != network || !guard.Owner.IsAlive || rules.FindMissing(guard) is not { } missing)
                continue;
            log.WriteLine($"macspoofchk of the network {network} does not work: lost {missing}; cni-bridge repair puts it back");
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
