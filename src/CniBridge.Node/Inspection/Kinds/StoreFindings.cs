namespace CniBridge.Node.Inspection.Kinds;

/// <summary>Of reserved addresses.</summary>
static class StoreFindings
{
    internal static readonly FindingKind StoreNotWritable = new("store-not-writable", Severity.Error,
        "Nothing can be written to {DIRECTORY}: {REASON}",
        "No pod gets an address, and none gives one back",
        "mount -o remount,rw \"$(findmnt --noheadings --output TARGET --target {DIRECTORY} | tail -n 1)\"");

    internal static readonly FindingKind ReservationLeaked = new("reservation-leaked", Severity.Warning,
        "Addresses of {NETWORK} are reserved for containers that are proven gone: {ADDRESSES}",
        "They are given out again only when the range is full",
        "for container in [CONTAINERS]; do {PROGRAM} del \"$container\" --ifname {INTERFACE} --conf {FILE} --bin-dir {PLUGINS}; done");

    internal static readonly FindingKind ReservationUnproven = new("reservation-unproven", Severity.Warning,
        "Addresses of {NETWORK} are reserved, and no living namespace has them: {ADDRESSES}; another plugin made them, so nothing proves that their containers are gone",
        "If those are gone, the addresses are never given out again",
        "for container in [CONTAINERS]; do {PROGRAM} del \"$container\" --ifname {INTERFACE} --conf {FILE} --bin-dir {PLUGINS}; done");

    internal static readonly FindingKind ReservationEmpty = new("reservation-empty", Severity.Warning,
        "{PATH} is empty: a crash of the Go plugin left it",
        "The Go plugin never gives the address out again",
        "rm {PATH}");

    internal static readonly FindingKind ReservationTorn = new("reservation-torn", Severity.Warning,
        "{PATH} names no container that there can be, and no living namespace has the address",
        "The address is never given out again",
        "rm {PATH}");

    internal static readonly FindingKind ReservationOutside = new("reservation-outside", Severity.Warning,
        "{PATH} reserves an address of no range of the network {NETWORK}, and no living namespace has it",
        "It is left of a former range, and counts as a pod to whoever counts files",
        "rm {PATH}");

    internal static readonly FindingKind MarkerOutside = new("marker-outside", Severity.Warning,
        "{PATH} is of a range set that the network {NETWORK} has not",
        "It is left of a former configuration; where the set comes back, addresses are given out from a place in its middle",
        "rm {PATH}");

    internal static readonly FindingKind PoolNearlyFull = new("pool-nearly-full", Severity.Warning,
        "Of the {SIZE} addresses of {RANGES} ({NETWORK}) {USED} are reserved",
        "Soon no pod starts any more",
        "vi {FILE}");

    internal static readonly FindingKind PoolFull = new("pool-full", Severity.Error,
        "All {SIZE} addresses of {RANGES} ({NETWORK}) are reserved",
        "No more pod starts",
        "vi {FILE}");

    internal static readonly FindingKind[] All =
    [
        StoreNotWritable, ReservationLeaked, ReservationUnproven, ReservationEmpty, ReservationTorn, ReservationOutside,
        MarkerOutside, PoolNearlyFull, PoolFull,
    ];
}
