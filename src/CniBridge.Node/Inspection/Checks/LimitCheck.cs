using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of kernel limits that depend on the number of pods and nodes.</summary>
sealed class LimitCheck(DoctorContext node)
{
    /// <summary>The defaults of the kernel: neighbours of one family, and inotify instances of one user.</summary>
    const long DefaultNeighbours = 1024, DefaultInstances = 128;

    internal void Run()
    {
        foreach (var family in AddressFamilies.All)
            CheckNeighbours(family);
        var limit = Read("net/netfilter/nf_conntrack_max");
        // The finding starts at 90 % use.
        if (Read("net/netfilter/nf_conntrack_count") is { } count && limit > 0 && count >= limit - (limit / 10))
            node.Found.Add(LimitFindings.ConnectionTableFull(count, limit.Value, wanted: limit.Value * 2));
        if (Read("fs/inotify/max_user_instances") is { } instances && instances < DefaultInstances)
            node.Found.Add(LimitFindings.FewWatches(instances, wanted: 8 * DefaultInstances));
    }

    /// <summary>Reports a limit of which pods and nodes need more than 75 %. The setting exists in the initial namespace only.</summary>
    void CheckNeighbours(AddressFamily family)
    {
        if (Read($"net/{FindingWords.SysctlDirectory(family)}/neigh/default/gc_thresh3") is not { } limit)
            return;
        long count = new NodeCache(node.Options.NodeCachePath).TryLoad(out _)?.Nodes.Count ?? 0;
        foreach (var network in node.Networks)
            count += network.Reservations.Count(reservation => reservation.Address.Family == family);
        if (count * 4 > limit * 3)
            node.Found.Add(LimitFindings.NeighbourTableSmall(family, limit, count, wanted: Math.Max(DefaultNeighbours, count * 4)));
    }

    static long? Read(string setting) =>
        long.TryParse(Sysctl.TryRead(setting), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
