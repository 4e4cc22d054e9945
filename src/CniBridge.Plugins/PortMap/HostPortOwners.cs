using CniBridge.Linux;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>Adds and removes the elements of host ports, and resolves conflicts between their owners.</summary>
sealed class HostPortOwners(INodePorts node, Records<HostPortRecord> records, TextWriter log)
{
    /// <summary>The number of attempts. A second one is necessary only if another process changes the same elements.</summary>
    const int Attempts = 5;

    /// <summary>Returns the changes that are necessary for all elements to exist.</summary>
    /// <exception cref="CniException">Code 999: a port belongs to another attachment that may be alive.</exception>
    internal HostPortChange Plan(IReadOnlyList<HostPortElement> wanted)
    {
        List<HostPortElement> removed = [], added = [];
        foreach (var element in wanted)
        {
            var found = node.Find(element);
            if (found is null)
            {
                added.Add(element);
                continue;
            }
            if (element.IsShared || (found.Comment == element.Owner && element.LeadsTo(found)))
                continue;
            // An element without a mapping masquerades a pod address. The former owner of the address no longer uses it.
            if (element.Mapping is not null && found.Comment != element.Owner && MayLive(found.Comment))
                throw Conflict(element, found.Comment);
            removed.Add(element.As(found));
            added.Add(element);
        }
        return new HostPortChange(removed, added);
    }

    /// <summary>Returns false only if the owner's record proves that the owner is gone.</summary>
    bool MayLive(string owner) =>
        HostPortRecord.TryGetName(owner) is not { } name || records.TryRead(name) is not { } record ||
        record.OwnerName != owner || record.Owner.IsAlive;

    /// <summary>Creates the error. Its code is not "invalid configuration": the request works when the other owner is gone.</summary>
    static CniException Conflict(HostPortElement element, string owner) => new(CniErrorCode.Internal,
        $"{element.What} is taken by {(owner.Length > 0 ? owner : "an unknown owner")}",
        $"runtimeConfig.portMappings: hostPort = {element.Mapping!.HostPort}");

    /// <summary>Adds all missing elements, or none.</summary>
    /// <returns>The changes that were made.</returns>
    /// <exception cref="CniException">As <see cref="Plan"/>.</exception>
    internal HostPortChange Make(IReadOnlyList<HostPortElement> wanted, Rollback undo)
    {
        var areRulesBroken = false;
        for (var attempt = 1; ; attempt++)
        {
            var change = Plan(wanted);
            using var guard = change.Removed.Count > 0 ? TryLock() : null;
            if (guard is not null)
                change = Plan(wanted);
            if (change.Added.Count == 0)
                return change;
            try
            {
                // Pushed before the change, because the kernel's answer may be lost. The undo removes only elements of this owner.
                undo.Push("remove the host ports", () => Remove(change.Added));
                node.Apply(change, areRulesBroken);
                return change;
            }
            // Another process added or deleted the rules or an element in between.
            catch (KernelException e) when (e.Errno is Errno.EEXIST or Errno.ENOENT && attempt < Attempts)
            {
                areRulesBroken = e.Errno == Errno.ENOENT;
            }
        }
    }

    /// <summary>Acquires the lock, or logs a failure: without records, no port can change its owner anyway.</summary>
    IDisposable? TryLock() => StateLock.TryAcquire(node.Lock, "the host ports", log);

    /// <summary>Removes the elements that still belong to their owner.</summary>
    /// <returns>The elements whose ports now belong to another attachment.</returns>
    internal List<HostPortElement> Remove(IReadOnlyList<HostPortElement> elements)
    {
        using var guard = TryLock();
        for (var attempt = 1; ; attempt++)
        {
            List<HostPortElement> own = [], others = [];
            foreach (var element in elements)
            {
                if (!element.IsShared && node.Find(element) is { } found)
                    (found.Comment == element.Owner ? own : others).Add(element);
            }
            if (own.Count == 0)
                return others;
            try
            {
                node.Apply(new HostPortChange(own, []));
                return others;
            }
            // Another process deleted an element in between, for example with nft flush ruleset.
            catch (KernelException e) when (e.Errno == Errno.ENOENT && attempt < Attempts)
            {
            }
        }
    }

    /// <summary>Removes the attachment's elements, and then its record.</summary>
    /// <returns>The connections to delete from the connection tracking of the kernel.</returns>
    internal List<StaleConnections> Remove(HostPortRecord record)
    {
        var elements = HostPortElement.List(record);
        var others = new HashSet<string>();
        foreach (var other in Remove(elements))
            others.Add(other.Key);
        records.TryDelete(record.Name, log);
        var stale = new List<StaleConnections>();
        foreach (var element in elements)
        {
            // The new owner of a port may have the same address: then the connections are the new owner's.
            if (element.Flow is { } flow && !others.Contains(element.Key))
                stale.Add(new StaleConnections(flow, FlowEnd.Pod));
        }
        return stale;
    }

    /// <summary>Logs a failure: it breaks no port, and only old connections go on to their former target.</summary>
    internal void TryForget(IReadOnlyList<StaleConnections> stale, IConntrack conntrack)
    {
        try
        {
            conntrack.Forget(stale);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"connections to a host port may continue to their former target: {e.Message}");
        }
    }
}
