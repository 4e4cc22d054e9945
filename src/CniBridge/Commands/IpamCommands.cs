using System.CommandLine;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Inspection;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Commands;

/// <summary>ipam list, show, leaks, gc, release and rebuild: who has which address of this node, and what to do about it.</summary>
sealed class IpamCommands
{
    readonly OutputOption _output = new();

    readonly Option<string?> _network = new("--network") { Description = "Of this network alone. [default: all that are found]" };

    readonly Option<string> _confDir = new("--conf-dir")
    {
        Description = "Directory of the configurations, which say where networks keep their reservations.",
        DefaultValueFactory = _ => "/etc/cni/net.d",
    };

    readonly Option<string> _dataDir = new("--data-dir")
    {
        Description = "Where reservations of other networks are.",
        DefaultValueFactory = _ => ReservationInventory.DefaultDataDirectory,
    };

    readonly Option<string> _stateDir = new("--state-dir")
    {
        Description = "Where the records of their owners are.",
        DefaultValueFactory = _ => ReservationInventory.DefaultStateDirectory,
    };

    readonly Argument<string> _address = new("address") { Description = "An IP address." };

    readonly Option<bool> _dryRun = new("--dry-run") { Description = "Change nothing: print what would be freed." };

    readonly Option<bool> _force = new("--force") { Description = "Even if a pod has it." };

    internal static Command Ipam() => new("ipam", "The addresses of this node: who has which, what leaked, and how to mend it.")
    {
        new IpamCommands().List(),
        new IpamCommands().Show(),
        new IpamCommands().Leaks(),
        new IpamCommands().Collect(),
        new IpamCommands().Release(),
        new IpamCommands().Rebuild(),
    };

    Command List() => Make("list", "Print all reservations, and for each whether its pod lives and how that is known.", parsed =>
    {
        Print(parsed, ReadAll(parsed), "no addresses are reserved");
        return ExitCode.Fine;
    });

    Command Show() => Make("show", "Print all that is known of one address.", parsed =>
    {
        var address = AddressOf(parsed);
        var found = ReadAll(parsed).FindAll(one => one.State.Address == address);
        if (found.Count == 0)
            throw new RuntimeException($"{address} is not reserved");
        OperatorCommands.Print(_output.IsJson(parsed) ? IpamOutput.Json(found) : IpamOutput.Details(found));
        return ExitCode.Fine;
    }, _address);

    Command Leaks() => Make("leaks", "Print the reservations whose pod is proven gone; exit with 2 if there are any.", parsed =>
    {
        var leaked = ReadAll(parsed).FindAll(one => one.State.IsLeftOver);
        Print(parsed, leaked, "nothing leaked");
        return leaked.Count > 0 ? ExitCode.Findings : ExitCode.Fine;
    });

    Command Collect() => Make("gc", "Free the addresses whose pod is proven gone, as a full range does by itself.", parsed =>
    {
        var isDryRun = parsed.GetValue(_dryRun);
        var freed = new List<StoredReservation>();
        foreach (var store in FindStores(parsed))
        {
            foreach (var state in isDryRun ? store.Open(Log).List().Where(state => state.IsLeftOver) : store.Open(Log).Collect())
                freed.Add(new StoredReservation(store, state));
        }
        foreach (var network in freed.Select(one => one.Store.Network).Distinct().Where(_ => !isDryRun))
            new MasqueradeUpdate().RemoveFormerRanges(network);
        var word = isDryRun ? "would be freed" : "freed";
        if (_output.IsJson(parsed))
            OperatorCommands.Print(IpamOutput.Json(freed));
        else
            OperatorCommands.Print($"{(freed.Count == 0 ? "" : IpamOutput.Table(freed))}{freed.Count} {word}\n");
        return ExitCode.Fine;
    }, _dryRun);

    Command Release() => Make("release", "Free one address, whoever had it.", parsed =>
    {
        var address = AddressOf(parsed);
        var found = ReadAll(parsed).FindAll(one => one.State.Address == address);
        if (found.Count == 0)
            throw new RuntimeException($"{address} is not reserved");
        if (found.Count > 1)
            throw new RuntimeException($"{address} is reserved in {found.Count} networks: choose one of {NamesOf(found)} with --network");
        var (store, state) = found[0];
        if (!parsed.GetValue(_force) && (state.Life.State == LifeState.Alive || state.IsConfigured == true))
            throw new RuntimeException($"{address} is in use: {IpamOutput.HowOf(state)}; another pod would be given the same address. --force frees it all the same");
        store.Open(Log).Release(address);
        new MasqueradeUpdate().RemoveFormerRanges(store.Network);
        if (_output.IsJson(parsed))
            OperatorCommands.Print(IpamOutput.Json(found));
        else
            OperatorCommands.Print($"freed {address} of {state.ContainerId} {state.InterfaceName}\n");
        return ExitCode.Fine;
    }, _address, _force);

    static string NamesOf(List<StoredReservation> found) => string.Join(", ", found.ConvertAll(one => one.Store.Network));

    Command Rebuild() => Make("rebuild", "Reserve again what living pods have, after reservations were lost.", parsed =>
    {
        if (!Environment.IsPrivilegedProcess)
            throw new RuntimeException("only root can look into the pods' namespaces");
        var pods = PodInterfaces.List();
        var rebuilt = new List<(AddressStore Store, RebuiltAddress Address)>();
        var nodeAddresses = PodInterfaces.ListNodeAddresses();
        foreach (var store in FindStores(parsed))
        {
            foreach (var one in store.Open(Log).Rebuild(pods, store.Configured, nodeAddresses))
                rebuilt.Add((store, one));
        }
        OperatorCommands.Print(_output.IsJson(parsed) ? IpamOutput.Json(rebuilt) : IpamOutput.Text(rebuilt));
        return rebuilt.Exists(one => one.Address.Step == RebuildStep.Taken) ? ExitCode.Findings : ExitCode.Fine;
    });

    void Print(ParseResult parsed, List<StoredReservation> found, string nothing)
    {
        if (_output.IsJson(parsed))
            OperatorCommands.Print(IpamOutput.Json(found));
        else if (found.Count > 0)
            OperatorCommands.Print(IpamOutput.Table(found));
        else
            OperatorCommands.Print($"{nothing}\n");
    }

    static IpAddress AddressOf(ParseResult parsed, Argument<string> argument) => IpAddress.TryParse(parsed.GetRequiredValue(argument), out var address)
        ? address
        : throw new RuntimeException($"\"{parsed.GetRequiredValue(argument)}\" is no IP address");

    IpAddress AddressOf(ParseResult parsed) => AddressOf(parsed, _address);

    List<StoredReservation> ReadAll(ParseResult parsed)
    {
        var all = new List<StoredReservation>();
        foreach (var store in FindStores(parsed))
        {
            foreach (var state in store.Open(Log).List())
                all.Add(new StoredReservation(store, state));
        }
        return all;
    }

    List<AddressStore> FindStores(ParseResult parsed)
    {
        var network = parsed.GetValue(_network);
        var stores = new List<AddressStore>();
        foreach (var store in AddressStore.FindAll(
            parsed.GetRequiredValue(_confDir), parsed.GetRequiredValue(_dataDir), parsed.GetRequiredValue(_stateDir)))
        {
            if (network is null || store.Network == network)
                stores.Add(store);
        }
        return network is not null && stores.Count == 0
            ? throw new RuntimeException($"there is no network {network}: no configuration, and no reservations")
            : stores;
    }

    static readonly TextLog s_log = new(DescriptorStream.StandardError);

    static TextWriter Log => s_log;

    Command Make(string name, string description, Func<ParseResult, int> action, params ReadOnlySpan<Symbol> symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }
        foreach (var option in (ReadOnlySpan<Option>)[_network, _confDir, _dataDir, _stateDir])
            command.Add(option);
        _output.AddTo(command);
        command.SetReportedAction(action);
        return command;
    }
}
