using CniBridge.Linux.Files;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Conflists;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Inspection;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Installation;

/// <summary>
/// The return of the node to its state before the first installation. It removes marked objects, and others only if the record shows
/// that they did not exist before. Each step can be repeated, so a killed run is completed by the next one.
/// </summary>
/// <param name="confDirectory">The directory of the network configurations.</param>
public sealed class Uninstallation(string binDirectory, IReadOnlyList<string> roles, string confDirectory)
{
    /// <summary>The default bridge of the plugin, also used in generated configurations.</summary>
    const string DefaultBridge = "cni0";

    readonly InstallationPlace _place = new(binDirectory, [PluginInstallation.ProgramName, .. roles]);

    /// <summary>True to disconnect running pods; otherwise they are an error.</summary>
    public bool IsForced { get; init; }

    /// <summary>True to change nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The reason why a run without a dry run would change nothing; null if there is none. A dry run finds it.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Runs the uninstallation.</summary>
    /// <param name="tell">Called after each step; in a dry run for each planned step.</param>
    /// <returns>The objects that were not removed.</returns>
    /// <exception cref="RuntimeException">Pods are running, and neither force nor a dry run is requested.</exception>
    public IReadOnlyList<LeftAlone> Run(Action<UninstallationStep> tell)
    {
        using var held = Directory.Exists(binDirectory) && !IsDryRun ? _place.Lock() : null;
        using var socket = new RouteSocket();
        var pods = FindPods();
        var conflist = Path.Combine(confDirectory, Path.GetFileName(ConflistFile.DefaultPath));
        foreach (var path in IsDryRun ? [] : (string[])[conflist, .. HostIntegration.Paths])
            AtomicFile.TryDeleteUnfinished(path);
        var record = Note(InstallationRecord.TryLoad(_place.RecordFile));
        var plan = Plan(socket, record, pods);
        foreach (var step in plan.Steps)
        {
            if (!IsDryRun)
                step.Run();
            tell(step);
        }
        return plan.Left;
    }

    List<PodInterface> FindPods()
    {
        List<PodInterface> pods = [.. PodInterfaces.List().Where(pod => pod.Attachment is not null)];
        if (pods.Count == 0 || IsForced)
            return pods;
        var origins = PodRecords.ReadOrigins();
        var names = pods.Select(pod => origins.GetValueOrDefault(pod.Attachment!)?.Pod is { Length: > 0 } name
            ? name
            : pod.Name);
        Refusal =
            $"{pods.Count} pods of this node use networks of cni-bridge: {string.Join(", ", names.Take(10))}" +
            $"{(pods.Count > 10 ? ", …" : "")}; " +
            "drain the node first, or disconnect them with --force (cni-bridge rollback restores the previous plugins without either)";
        return IsDryRun ? pods : throw new RuntimeException(Refusal);
    }

    /// <summary>Saves bridges and reservation directories in the record, before the configurations that name them are deleted.</summary>
    InstallationRecord? Note(InstallationRecord? record)
    {
        if (record is null)
            return null;
        var bridges = new List<string>(record.Bridges);
        var configured = NetworkFile.ReadAll(confDirectory).Select(file => file.Network.Bridge);
        foreach (var name in (IEnumerable<string>)[DefaultBridge, .. configured])
        {
            if (!bridges.Contains(name))
                bridges.Add(name);
        }
        var stores = new List<string>(record.Stores);
        foreach (var store in AddressStore.FindAll(
            confDirectory, ReservationInventory.DefaultDataDirectory, ReservationInventory.DefaultStateDirectory))
        {
            if (!stores.Contains(store.Directory))
                stores.Add(store.Directory);
        }
        record = record with { Bridges = bridges, Stores = stores };
        if (!IsDryRun)
            record.Save(_place.RecordFile);
        return record with { Node = record.Node with { KnowsDirectories = record.Directory == Path.GetFullPath(binDirectory) } };
    }

    UninstallationPlan Plan(RouteSocket socket, InstallationRecord? record, List<PodInterface> pods)
    {
        var plan = new UninstallationPlan();
        var kernel = new KernelRemoval(socket, plan, record);
        var files = new FileRemoval(plan, record);
        // Configurations go first, so that runtimes start no new pods.
        AddConfigurations(plan, files);
        kernel.AddPods(pods);
        foreach (var path in HostIntegration.Paths)
        {
            if (new OwnTextFile(path).IsOurs())
                files.AddFile(path);
        }
        kernel.AddTables();
        kernel.AddRoutes();
        kernel.AddBridges(record?.Bridges ?? [DefaultBridge], pods);
        kernel.AddSettings();
        AddResults(files, pods);
        AddState(plan, files, record, pods);
        // The program and the record go last, because repeating the run needs them.
        new PluginRemoval(_place, plan, files, record).Add();
        foreach (var path in PreinstallState.WithParents(binDirectory))
            files.AddEmptied(path);
        return plan;
    }

    void AddConfigurations(UninstallationPlan plan, FileRemoval files)
    {
        foreach (var path in NetworkList.FindAll(confDirectory))
        {
            if (new ConflistFile(path).IsOurs())
                files.AddFile(path);
        }
        foreach (var path in NetworkFile.ReadAll(confDirectory).Select(file => file.Path).Distinct())
        {
            if (!new ConflistFile(path).IsOurs())
                plan.Leave(path, "cni-bridge did not write it");
        }
    }

    /// <summary>
    /// Adds the removal of cached results: those of the disconnected pods, and those of attachments whose record is removed too. Others
    /// belong to pods of other plugins, which need them for DEL.
    /// </summary>
    static void AddResults(FileRemoval files, List<PodInterface> pods)
    {
        var cache = new ResultCache(ResultCache.DefaultDirectory);
        foreach (var attachment in pods.Select(pod => pod.Attachment!).Union(PodRecords.ReadOrigins().Keys))
        {
            var isName = !$"{attachment.Network}{attachment.ContainerId}{attachment.InterfaceName}".Contains('/', StringComparison.Ordinal);
            if (isName && File.Exists(cache.PathOf(attachment)))
                files.AddFile(cache.PathOf(attachment));
        }
    }

    /// <summary>Adds the removal of records, and of reservations whose pods are gone or will be disconnected.</summary>
    void AddState(UninstallationPlan plan, FileRemoval files, InstallationRecord? record, List<PodInterface> pods)
    {
        foreach (var store in record?.Stores ?? [])
        {
            if (!record!.Node.KnowsDirectories && Directory.Exists(store))
                plan.Leave(store, "it may be older than the installation, which was made in a container");
            // Reading the store would create its lock file.
            if (record.Node.HadDirectory(store))
                continue;
            var states = new ReservationInventory(store, ReservationInventory.DefaultStateDirectory, TextWriter.Null).List();
            files.AddStore(store, address => states.Any(state => state.Address == address && IsOver(state, Path.GetFileName(store), pods)));
        }
        files.AddTree("/run/cni-bridge");
        files.AddTree("/var/lib/cni-bridge");
        foreach (var path in PreinstallState.CommonDirectories)
            files.AddEmptied(path);
    }

    /// <summary>Tells whether a reservation ends. With force, so does that of a container that lost its interface but still runs.</summary>
    bool IsOver(ReservationState state, string network, List<PodInterface> pods) => state.IsLeftOver ||
        (IsForced && state.Origin is not null) ||
        pods.Any(pod => pod.Attachment == new Attachment(network, state.ContainerId, state.InterfaceName));
}
