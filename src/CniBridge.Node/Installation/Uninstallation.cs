using CniBridge.Linux;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster;
using CniBridge.Node.Inspection;
using CniBridge.Node.Runtime;
using CniBridge.Plugins;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Installation;

/// <summary>
/// The node as it was before the first installation: what is marked as ours goes, and what others could have made too goes
/// where it is noted that it was not there. Each step can be done again, so that one that was killed is finished by the next.
/// </summary>
/// <param name="confDirectory">Of network configurations.</param>
public sealed class Uninstallation(string binDirectory, IReadOnlyList<string> roles, string confDirectory)
{
    /// <summary>The bridge of a configuration that names none, and of the ones that we write.</summary>
    const string DefaultBridge = "cni0";

    readonly InstallationPlace _place = new(binDirectory, [PluginInstallation.ProgramName, .. roles]);

    /// <summary>Take the network away from pods that run.</summary>
    public bool IsForced { get; init; }

    /// <summary>Change nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <param name="tell">Is told each step when it is done; in a dry run, each that would be.</param>
    /// <returns>What was left alone.</returns>
    /// <exception cref="RuntimeException">Pods run.</exception>
    public IReadOnlyList<LeftAlone> Run(Action<UninstallationStep> tell)
    {
        using var held = Directory.Exists(binDirectory) && !IsDryRun ? _place.Lock() : null;
        using var socket = new RouteSocket();
        var pods = FindPods();
        foreach (var path in IsDryRun ? [] : (string[])[Path.Combine(confDirectory, Path.GetFileName(ConflistFile.DefaultPath)), .. HostIntegration.Paths])
            SmallFile.TryDeleteUnfinished(path);
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
        throw new RuntimeException(
            $"{pods.Count} pods of this node have their network from cni-bridge: {string.Join(", ", names.Take(10))}{(pods.Count > 10 ? ", …" : "")}; " +
            "drain the node first, or take their network away with --force; to go back to other plugins, cni-bridge rollback needs neither");
    }

    /// <summary>What only configurations say is noted before they go.</summary>
    InstallationRecord? Note(InstallationRecord? record)
    {
        if (record is null)
            return null;
        var bridges = new List<string>(record.Bridges);
        foreach (var name in (IEnumerable<string>)[DefaultBridge, .. NetworkFile.ReadAll(confDirectory).Select(file => file.Network.Bridge)])
        {
            if (!bridges.Contains(name))
                bridges.Add(name);
        }
        var stores = new List<string>(record.Stores);
        foreach (var store in AddressStore.FindAll(confDirectory, ReservationInventory.DefaultDataDirectory, ReservationInventory.DefaultStateDirectory))
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
        // First what makes new pods.
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
        AddState(files, record, pods);
        // Last what can do all this again, and what says how.
        new PluginRemoval(_place, plan, files, record).Add();
        foreach (var path in NodeBefore.WithParents(binDirectory))
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

    /// <summary>Notes, and reservations of pods that are gone or will be.</summary>
    static void AddState(FileRemoval files, InstallationRecord? record, List<PodInterface> pods)
    {
        foreach (var store in record?.Stores ?? [])
        {
            // Not even looked into: that takes its lock, and makes the file.
            if (record!.Node.HadDirectory(store))
                continue;
            var states = new ReservationInventory(store, ReservationInventory.DefaultStateDirectory, TextWriter.Null).List();
            files.AddStore(store, address => states.Any(state => state.Address == address && IsOver(state, Path.GetFileName(store), pods)));
        }
        files.AddTree("/run/cni-bridge");
        files.AddTree("/var/lib/cni-bridge");
        foreach (var path in NodeBefore.CommonDirectories)
            files.AddEmptied(path);
    }

    static bool IsOver(ReservationState state, string network, List<PodInterface> pods) => state.IsLeftOver ||
        pods.Any(pod => pod.Attachment == new Attachment(network, state.ContainerId, state.InterfaceName));
}
