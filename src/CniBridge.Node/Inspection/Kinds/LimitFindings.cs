namespace CniBridge.Node.Inspection.Kinds;

/// <summary>Of tables of the kernel that may be too small.</summary>
static class LimitFindings
{
    internal static readonly FindingKind NeighbourTableSmall = new("neighbour-table-small", Severity.Warning,
        "The kernel remembers at most {LIMIT} {FAMILY} neighbours, and pods and nodes are {COUNT}",
        "Beyond it packets to pods are lost at random (\"neighbour table overflow\")",
        "sysctl -w net/{CONF}/neigh/default/gc_thresh3={WANTED}");

    internal static readonly FindingKind ConnectionTableFull = new("connection-table-full", Severity.Error,
        "The kernel tracks {COUNT} connections of at most {LIMIT}",
        "New connections of pods are dropped when there is no room left",
        "sysctl -w net/netfilter/nf_conntrack_max={WANTED}");

    internal static readonly FindingKind FewWatches = new("inotify-instances-few", Severity.Warning,
        "Each user can have {LIMIT} inotify instances",
        "The agent, the kubelet or a pod's program fails with \"too many open files\"",
        "sysctl -w fs/inotify/max_user_instances={WANTED}");

    internal static readonly FindingKind[] All =
    [
        NeighbourTableSmall, ConnectionTableFull, FewWatches,
    ];
}
