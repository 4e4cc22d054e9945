using System.Globalization;
using CniBridge.Linux.Files;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Store;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of the reservations of host-local networks.</summary>
sealed class StoreCheck(DoctorContext node)
{
    /// <summary>The age from which a reservation is checked. ADD reserves an address before the pod has it.</summary>
    static readonly TimeSpan s_grace = TimeSpan.FromMinutes(2);

    const string Marker = "last_reserved_ip.";

    internal void Run()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var network in node.Networks)
        {
            if (network.Configured.StoreDirectory is not { } directory || !seen.Add(directory))
                continue;
            CheckDirectory(directory);
            CheckDirectory(network.Configured.StateDirectory);
            CheckReservations(network, directory);
            CheckMarkers(network, directory);
            CheckPools(network);
        }
    }

    void CheckDirectory(string directory)
    {
        if (node.Options.IsRoot && Directories.WhyNotWritable(directory) is { } why)
            node.Found.Add(StoreFindings.StoreNotWritable(directory, why));
        else if (FileSystemSpace.FindShortage(directory) is { } shortage)
            node.Found.Add(StoreFindings.StoreFull(directory, shortage));
    }

    void CheckReservations(ExaminedNetwork network, string directory)
    {
        var gone = new Dictionary<string, List<ReservationState>>(StringComparer.Ordinal);
        var old = DateTimeOffset.UtcNow - s_grace;
        foreach (var reservation in network.Reservations)
        {
            if (ExaminedNetwork.IsUsed(reservation) || reservation.ReservedAt > old)
                continue;
            if (FindFault(network, reservation, Path.Combine(directory, reservation.Address.ToString())) is { } fault)
                node.Found.Add(fault);
            else
                Add(gone, reservation);
        }
        foreach (var group in gone.Values)
        {
            if (group[0].Life.State == LivenessState.Dead || SeesPodsOfOthers(network))
                Report(network, group);
        }
    }

    /// <summary>
    /// Tells whether this process sees the namespaces of other plugins' pods, which a container may hide. They are hidden if the
    /// bridge has ports without an alias, but no pod of another plugin is visible.
    /// </summary>
    bool SeesPodsOfOthers(ExaminedNetwork network)
    {
        if (network.Bridge is null || node.Links.ListPorts(network.Bridge.Index).TrueForAll(static port => port.Alias.Length > 0))
            return true;
        foreach (var reservation in network.Reservations)
        {
            if (reservation is { IsConfigured: true, Life.State: LivenessState.Unknown })
                return true;
        }
        return false;
    }

    /// <summary>Returns the fault of a reservation's file; null if the file is valid.</summary>
    static Finding? FindFault(ExaminedNetwork network, ReservationState reservation, string path)
    {
        if (reservation.ContainerId.Length == 0)
        {
            return reservation.Life == LivenessResult.Empty
                ? StoreFindings.ReservationEmpty(path)
                : StoreFindings.ReservationTorn(path);
        }
        return network.Configured.RangeSetCount > 0 && network.Configured.FindGateway(reservation.Address) is null
            ? StoreFindings.ReservationOutside(path, network.Name)
            : null;
    }

    /// <summary>Groups reservations by interface name, because the command of the finding names one interface.</summary>
    static void Add(Dictionary<string, List<ReservationState>> gone, ReservationState reservation)
    {
        var key = $"{reservation.Life.State} {reservation.InterfaceName}";
        if (!gone.TryGetValue(key, out var group))
            gone.Add(key, group = []);
        group.Add(reservation);
    }

    void Report(ExaminedNetwork network, List<ReservationState> group)
    {
        var (addresses, containers) = (new List<string>(), new List<string>());
        foreach (var reservation in group)
        {
            addresses.Add($"{reservation.Address} ({reservation.ContainerId})");
            if (!containers.Contains(reservation.ContainerId))
                containers.Add(reservation.ContainerId);
        }
        // Files of the oldest Go versions have no interface name; DEL with any name releases them.
        var interfaceName = group[0].InterfaceName is { Length: > 0 } name ? name : "eth0";
        var (plugins, program) = (node.Options.PluginDirectory, node.Options.Program);
        node.Found.Add(group[0].Life.State == LivenessState.Dead
            ? StoreFindings.ReservationLeaked(network.Name, addresses, containers, interfaceName, network.File, plugins, program)
            : StoreFindings.ReservationUnproven(network.Name, addresses, containers, interfaceName, network.File, plugins, program));
    }

    void CheckMarkers(ExaminedNetwork network, string directory)
    {
        if (network.Configured.RangeSetCount == 0 || !Directory.Exists(directory))
            return;
        foreach (var path in Directory.EnumerateFiles(directory, Marker + "*"))
        {
            if (int.TryParse(Path.GetFileName(path)[Marker.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var set) &&
                set >= network.Configured.RangeSetCount)
            {
                node.Found.Add(StoreFindings.MarkerOutside(path, network.Name));
            }
        }
    }

    void CheckPools(ExaminedNetwork network)
    {
        foreach (var pool in network.Configured.CountUse(network.Reservations))
        {
            // The finding starts at 90 % use.
            if (pool.Used >= pool.Size - (pool.Size / 10))
            {
                node.Found.Add(pool.Used >= pool.Size
                    ? StoreFindings.PoolFull(pool.Size, pool.Ranges, network.Name, network.File)
                    : StoreFindings.PoolNearlyFull(pool.Used, pool.Size, pool.Ranges, network.Name, network.File));
            }
        }
    }
}
