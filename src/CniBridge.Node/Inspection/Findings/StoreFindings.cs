namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about address reservations.</summary>
static class StoreFindings
{
    internal static readonly FindingKind StoreNotWritable = new("store-not-writable", Severity.Error,
        "{DIRECTORY} is not writable: {REASON}",
        "ADD cannot reserve addresses, and DEL cannot release them",
        "mount -o remount,rw \"$(findmnt --noheadings --output TARGET --target {DIRECTORY} | tail -n 1)\"");

    internal static readonly FindingKind ReservationLeaked = new("reservation-leaked", Severity.Warning,
        "Addresses of the network {NETWORK} are reserved for containers that no longer exist: {ADDRESSES}",
        "Leaked addresses are reused only when the range is full",
        "for container in [CONTAINERS]; do {PROGRAM} del \"$container\" --ifname {INTERFACE} --conf {FILE} --bin-dir {PLUGINS}; done");

    internal static readonly FindingKind ReservationUnproven = new("reservation-unproven", Severity.Warning,
        "Another plugin reserved addresses of the network {NETWORK} that no network namespace has: {ADDRESSES}",
        "If the containers no longer exist (cni-bridge cannot tell), the addresses are never reused",
        "for container in [CONTAINERS]; do {PROGRAM} del \"$container\" --ifname {INTERFACE} --conf {FILE} --bin-dir {PLUGINS}; done");

    internal static readonly FindingKind ReservationEmpty = new("reservation-empty", Severity.Warning,
        "{PATH} is empty, left behind by a crash of the Go plugin",
        "The Go plugin never reuses the address",
        "rm {PATH}");

    internal static readonly FindingKind ReservationTorn = new("reservation-torn", Severity.Warning,
        "{PATH} contains no valid container ID, and no network namespace has the address",
        "The address is never reused",
        "rm {PATH}");

    internal static readonly FindingKind ReservationOutside = new("reservation-outside", Severity.Warning,
        "{PATH} reserves an address outside the ranges of the network {NETWORK}, and no network namespace has it",
        "The file is a leftover of a former range, and tools that count files count it as a pod",
        "rm {PATH}");

    internal static readonly FindingKind MarkerOutside = new("marker-outside", Severity.Warning,
        "{PATH} belongs to a range set that the network {NETWORK} does not have",
        "The file is a leftover of a former configuration; if the range set returns, its first address comes from the middle of the range",
        "rm {PATH}");

    internal static readonly FindingKind PoolNearlyFull = new("pool-nearly-full", Severity.Warning,
        "{USED} of the {SIZE} addresses of {RANGES} (network {NETWORK}) are reserved",
        "New pods will soon fail to start",
        "vi {FILE}");

    internal static readonly FindingKind PoolFull = new("pool-full", Severity.Error,
        "All {SIZE} addresses of {RANGES} (network {NETWORK}) are reserved",
        "New pods cannot start",
        "vi {FILE}");

    internal static readonly FindingKind AddressClaimed = new("address-claimed", Severity.Warning,
        "The port {PORT} of {BRIDGE} ({POD}) claims free addresses of {NETWORK}: {ADDRESSES}",
        "A faulty or hostile pod answers for addresses that new pods get, and may receive their packets",
        "{PROGRAM} pod {PORT}");

    internal static readonly FindingKind AddressUnreserved = new("address-unreserved", Severity.Warning,
        "The port {PORT} of {BRIDGE} ({POD}) uses addresses of {NETWORK} that are not reserved: {ADDRESSES}",
        "When no other address is free, a second pod gets one of them",
        "{PROGRAM} ipam rebuild");

    internal static readonly FindingKind[] All =
    [
        StoreNotWritable, ReservationLeaked, ReservationUnproven, ReservationEmpty, ReservationTorn, ReservationOutside,
        MarkerOutside, PoolNearlyFull, PoolFull, AddressClaimed, AddressUnreserved,
    ];
}
