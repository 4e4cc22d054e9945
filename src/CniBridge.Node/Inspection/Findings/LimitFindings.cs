namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about kernel tables that may be too small.</summary>
static class LimitFindings
{
    internal static readonly FindingKind NeighbourTableSmall = new("neighbour-table-small", Severity.Warning,
        "The {FAMILY} neighbour table holds at most {LIMIT} entries, for {COUNT} pods and nodes",
        "With a full table the kernel drops packets to pods at random (\"neighbour table overflow\")",
        "sysctl -w net/{CONF}/neigh/default/gc_thresh3={WANTED}");

    internal static readonly FindingKind ConnectionTableFull = new("connection-table-full", Severity.Error,
        "The connection tracking table has {COUNT} of at most {LIMIT} entries",
        "With a full table the kernel drops new connections of pods",
        "sysctl -w net/netfilter/nf_conntrack_max={WANTED}");

    internal static readonly FindingKind FewWatches = new("inotify-instances-few", Severity.Warning,
        "Each user can have at most {LIMIT} inotify instances",
        "The agent, the kubelet or a program in a pod can fail with \"too many open files\"",
        "sysctl -w fs/inotify/max_user_instances={WANTED}");

    internal static readonly FindingKind[] All =
    [
        NeighbourTableSmall, ConnectionTableFull, FewWatches,
    ];
}
