using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about kernel tables that may be too small.</summary>
static class LimitFindings
{
    internal static Finding NeighbourTableSmall(AddressFamily family, long limit, long count, long wanted) =>
        Finding.Warning("neighbour-table-small",
            $"The {family} neighbour table holds at most {limit} entries, for {count} pods and nodes",
            "With a full table the kernel drops packets to pods at random (\"neighbour table overflow\")",
            $"sysctl -w net/{FindingWords.SysctlDirectory(family)}/neigh/default/gc_thresh3={wanted}");

    internal static Finding ConnectionTableFull(long count, long limit, long wanted) => Finding.Error("connection-table-full",
        $"The connection tracking table has {count} of at most {limit} entries",
        "With a full table the kernel drops new connections of pods",
        $"sysctl -w net/netfilter/nf_conntrack_max={wanted}");

    internal static Finding FewWatches(long limit, long wanted) => Finding.Warning("inotify-instances-few",
        $"Each user can have at most {limit} inotify instances",
        "The agent, the kubelet or a program in a pod can fail with \"too many open files\"",
        $"sysctl -w fs/inotify/max_user_instances={wanted}");
}
