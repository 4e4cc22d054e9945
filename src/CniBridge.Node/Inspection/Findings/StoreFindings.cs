namespace CniBridge.Node.Inspection.Findings;

/// <summary>Findings about address reservations.</summary>
static class StoreFindings
{
    internal static Finding StoreNotWritable(string directory, string reason) => Finding.Error("store-not-writable",
        $"{directory} is not writable: {reason}",
        "ADD cannot reserve addresses, and DEL cannot release them",
        $"mount -o remount,rw \"$(findmnt --noheadings --output TARGET --target {directory} | tail -n 1)\"");

    /// <summary>Creates the finding that no file can be created on the file system of a directory.</summary>
    /// <param name="shortage">"space" or "inodes".</param>
    internal static Finding StoreFull(string directory, string shortage) => Finding.Error("store-full",
        $"The file system of {directory} has no free {shortage}",
        "ADD cannot reserve addresses, so new pods cannot start",
        $"df --human-readable {directory} && df --inodes {directory}");

    /// <summary>Creates the finding that reservations belong to containers that are gone.</summary>
    /// <param name="addresses">The addresses with their containers, for the sentence.</param>
    /// <param name="containers">The container IDs, each once.</param>
    /// <param name="ifname">The interface name, which all reservations share.</param>
    /// <param name="file">The network configuration.</param>
    /// <param name="plugins">The plugin directory.</param>
    internal static Finding ReservationLeaked(
        string network, IReadOnlyList<string> addresses, IReadOnlyList<string> containers, string ifname, string file, string plugins,
        string program) =>
        Finding.Warning("reservation-leaked",
            $"Addresses of the network {network} are reserved for containers that no longer exist: {FindingWords.List(addresses)}",
            "Leaked addresses are reused only when the range is full",
            Delete(containers, ifname, file, plugins, program));

    /// <summary>Creates the finding that reservations belong to unknown containers; see <see cref="ReservationLeaked"/>.</summary>
    internal static Finding ReservationUnproven(
        string network, IReadOnlyList<string> addresses, IReadOnlyList<string> containers, string ifname, string file, string plugins,
        string program) =>
        Finding.Warning("reservation-unproven",
            $"Another plugin reserved addresses of the network {network} that no network namespace has: {FindingWords.List(addresses)}",
            "If the containers no longer exist (cni-bridge cannot tell), the addresses are never reused",
            Delete(containers, ifname, file, plugins, program));

    static ShellCommand Delete(IReadOnlyList<string> containers, string ifname, string file, string plugins, string program) =>
        $"for container in {containers}; do {program} del \"$container\" --ifname {ifname} --conf {file} --bin-dir {plugins}; done";

    internal static Finding ReservationEmpty(string path) => Finding.Warning("reservation-empty",
        $"{path} is empty, left behind by a crash of the Go plugin",
        "The Go plugin never reuses the address",
        $"rm {path}");

    internal static Finding ReservationTorn(string path) => Finding.Warning("reservation-torn",
        $"{path} contains no valid container ID, and no network namespace has the address",
        "The address is never reused",
        $"rm {path}");

    internal static Finding ReservationOutside(string path, string network) => Finding.Warning("reservation-outside",
        $"{path} reserves an address outside the ranges of the network {network}, and no network namespace has it",
        "The file is a leftover of a former range, and tools that count files count it as a pod",
        $"rm {path}");

    internal static Finding MarkerOutside(string path, string network) => Finding.Warning("marker-outside",
        $"{path} belongs to a range set that the network {network} does not have",
        "The file is a leftover of a former configuration; if the range set returns, its first address comes from the middle of the range",
        $"rm {path}");

    internal static Finding PoolNearlyFull(long used, long size, string ranges, string network, string file) =>
        Finding.Warning("pool-nearly-full",
            $"{used} of the {size} addresses of {ranges} (network {network}) are reserved",
            "New pods will soon fail to start",
            $"vi {file}");

    internal static Finding PoolFull(long size, string ranges, string network, string file) => Finding.Error("pool-full",
        $"All {size} addresses of {ranges} (network {network}) are reserved",
        "New pods cannot start",
        $"vi {file}");

    internal static Finding AddressClaimed(
        string port, string bridge, string pod, string network, IReadOnlyList<string> addresses, string program) =>
        Finding.Warning("address-claimed",
            $"The port {port} of {bridge} ({pod}) claims free addresses of {network}: {FindingWords.List(addresses)}",
            "A faulty or hostile pod answers for addresses that new pods get, and may receive their packets",
            $"{program} pod {port}");

    internal static Finding AddressUnreserved(
        string port, string bridge, string pod, string network, IReadOnlyList<string> addresses, string program) =>
        Finding.Warning("address-unreserved",
            $"The port {port} of {bridge} ({pod}) uses addresses of {network} that are not reserved: {FindingWords.List(addresses)}",
            "When no other address is free, a second pod gets one of them",
            $"{program} ipam rebuild");
}
