using CniBridge.Linux;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>Whose elements are, and how they come and go with their owners.</summary>
sealed class HostPortOwners(INodePorts node, Records<HostPortRecord> records, TextWriter log)
{
    /// <summary>More than once only when others change the same at the same time.</summary>
    const int Attempts = 5;

    /// <summary>What is to be done so that all of the elements are there.</summary>
    /// <exception cref="CniException">Code 999: a port is another's, who may live.</exception>
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
            // Where it is masked and not a port, the address is this pod's now: who had it before has lost it.
            if (element.Mapping is not null && found.Comment != element.Owner && MayLive(found.Comment))
                throw Conflict(element, found.Comment);
            removed.Add(element.As(found));
            added.Add(element);
        }
        return new HostPortChange(removed, added);
    }

    /// <summary>Only a record can tell that its owner is gone. Who has none is let live.</summary>
    bool MayLive(string owner) =>
        HostPortRecord.TryGetName(owner) is not { } name || records.TryRead(name) is not { } record ||
        record.OwnerName != owner || record.Owner.IsAlive;

    /// <summary>The configuration is right, and will be again when the other is gone; so it is not the code of a wrong one.</summary>
    static CniException Conflict(HostPortElement element, string owner) => new(CniErrorCode.Internal,
        $"{element.What} is taken by {(owner.Length > 0 ? owner : "somebody who left no name")}",
        $"runtimeConfig.portMappings: hostPort = {element.Mapping!.HostPort}");

    /// <summary>Makes all of the elements be there, or nothing.</summary>
    /// <returns>What was done.</returns>
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
                // Before the change, for its answer may be lost; what is not ours then is not removed.
                undo.Push("remove the host ports", () => Remove(change.Added));
                node.Apply(change, areRulesBroken);
                return change;
            }
            // Somebody else made the rules or an element meanwhile, or deleted some.
            catch (KernelException e) when (e.Errno is Errno.EEXIST or Errno.ENOENT && attempt < Attempts)
            {
                areRulesBroken = e.Errno == Errno.ENOENT;
            }
        }
    }

    /// <summary>Acquires the lock, or logs why there is none. Without its owner's record no port becomes another attachment's.</summary>
    IDisposable? TryLock() => StateLock.TryAcquire(node.Lock, "the host ports", log);

    /// <summary>Removes those elements that are there and still their owner's.</summary>
    /// <returns>Ports that are another's now.</returns>
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
            // Somebody deleted some of it meanwhile: flushed the ruleset, say.
            catch (KernelException e) when (e.Errno == Errno.ENOENT && attempt < Attempts)
            {
            }
        }
    }

    /// <summary>Removes the attachment's elements, and then its record.</summary>
    /// <returns>The connections that the kernel has to forget.</returns>
    internal List<StaleConnections> Remove(HostPortRecord record)
    {
        var elements = HostPortElement.Of(record);
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
            log.WriteLine($"connections to a host port may go on where they went: {e.Message}");
        }
    }
}
