using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Node.Firewall;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Node.Runtime;
using CniBridge.Output;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Commands;

/// <summary>The commands ipam list, show, leaks, gc, release and rebuild: show and repair the address reservations of this node.</summary>
sealed class IpamCommands
{
    readonly OutputOption _output = new();

    readonly WideOption _wide = new();

    readonly Option<string?> _network = new("--network") { Description = "Only this network. [default: all networks of the node]" };

    readonly Option<string> _confDir = SharedOptions.ConfDir(
        "Directory of network configurations, which name the data directories.");

    readonly Option<string> _dataDir = new("--data-dir")
    {
        Description = "Directory with the reservations of networks that have no configuration.",
        DefaultValueFactory = _ => ReservationInventory.DefaultDataDirectory,
    };

    readonly Option<string> _stateDir = SharedOptions.StateDir("Directory of the records about the owners of reservations.");

    readonly Argument<string> _address = new("address") { Description = "An IP address." };

    readonly Option<bool> _dryRun = SharedOptions.DryRun("Print the addresses without releasing them.");

    readonly Option<bool> _force = SharedOptions.Force("Release the address even if a pod uses it.");

    internal static Command Ipam() => new("ipam", "List, check and release the address reservations of this node.")
    {
        new IpamCommands().List(),
        new IpamCommands().Show(),
        new IpamCommands().Leaks(),
        new IpamCommands().Collect(),
        new IpamCommands().Release(),
        new IpamCommands().Rebuild(),
    };

    Command List() => Make("list", "Print all reservations, each with its pod and the state of the pod.", parsed =>
    {
        Print(parsed, ReadAll(parsed), "no addresses are reserved");
        return TellWhatRootSees();
    });

    Command Show() => Make("show", "Print the details of one reserved address.", parsed =>
    {
        var address = AddressOf(parsed);
        var found = ReadAll(parsed).FindAll(one => one.State.Address == address);
        if (found.Count == 0)
            throw new RuntimeException($"{address} is not reserved");
        OperatorCommands.Print(_output.IsJson(parsed) ? IpamOutput.Json(found) : IpamOutput.Details(found));
        return TellWhatRootSees();
    }, _address);

    Command Leaks() => Make("leaks", "Print the reservations whose pods are proven gone (leaked). Exit with 2 if there are any.", parsed =>
    {
        var all = ReadAll(parsed);
        var code = TellWhatRootSees();
        var leaked = all.FindAll(one => one.State.IsLeftOver);
        var doubtful = all.Count(one => one.State is { Life.State: LivenessState.Dead, IsConfigured: null, IsLeftOver: false });
        Print(parsed, leaked, code == ExitCode.Success && doubtful == 0 ? "no leaked addresses" : "no addresses are proven leaked");
        if (doubtful > 0)
        {
            OperatorCommands.Warn($"{doubtful} addresses of dead containers are not proven leaked: not all namespaces could be checked");
            code = ExitCode.Error;
        }
        return leaked.Count > 0 ? ExitCode.Findings : code;
    });

    Command Collect() => Make("gc", "Release the addresses whose pods are proven gone. ADD does the same when a range is full.", parsed =>
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
        var word = isDryRun ? "would be released" : "released";
        if (_output.IsJson(parsed))
            OperatorCommands.Print(IpamOutput.Json(freed));
        else
            OperatorCommands.Print($"{(freed.Count == 0 ? "" : IpamOutput.Table(freed, WidthOf(parsed)))}{freed.Count} {word}\n");
        return ExitCode.Success;
    }, _dryRun);

    Command Release() => Make("release", "Release one address.", parsed =>
    {
        var address = AddressOf(parsed);
        var found = ReadAll(parsed).FindAll(one => one.State.Address == address);
        if (found.Count == 0)
            throw new RuntimeException($"{address} is not reserved");
        if (found.Count > 1)
            throw new RuntimeException($"{address} is reserved in {found.Count} networks: select one of {NamesOf(found)} with --network");
        var (store, state) = found[0];
        if (!parsed.GetValue(_force) && (state.Life.State == LivenessState.Alive || state.IsConfigured == true))
        {
            throw new RuntimeException(
                $"{address} is in use: {IpamOutput.HowOf(state)}; another pod could get the same address " +
                "(use --force to release it anyway)");
        }
        store.Open(Log).Release(address);
        new MasqueradeUpdate().RemoveFormerRanges(store.Network);
        if (_output.IsJson(parsed))
            OperatorCommands.Print(IpamOutput.Json(found));
        else
            OperatorCommands.Print($"released {address} of {state.ContainerId} {state.InterfaceName}\n");
        return ExitCode.Success;
    }, _address, _force);

    static string NamesOf(List<StoredReservation> found) => string.Join(", ", found.ConvertAll(one => one.Store.Network));

    Command Rebuild() => Make("rebuild", "Restore the reservations of running pods after the data directory was lost.", parsed =>
    {
        if (!Environment.IsPrivilegedProcess)
            throw new RuntimeException("ipam rebuild must enter the pods' namespaces: run it as root");
        var pods = PodInterfaces.List();
        var rebuilt = new List<(AddressStore Store, RebuiltAddress Address)>();
        var nodeAddresses = PodInterfaces.ListNodeAddresses();
        foreach (var store in FindStores(parsed))
        {
            foreach (var one in store.Open(Log).Rebuild(pods, store.Configured, nodeAddresses))
                rebuilt.Add((store, one));
        }
        OperatorCommands.Print(_output.IsJson(parsed) ? IpamOutput.Json(rebuilt) : IpamOutput.Text(rebuilt, _wide.WidthOf(parsed)));
        return rebuilt.Exists(one => one.Address.Step == RebuildStep.Taken) ? ExitCode.Findings : ExitCode.Success;
    });

    static int TellWhatRootSees() => OperatorCommands.TellWhatRootSees("the namespaces that use the addresses");

    void Print(ParseResult parsed, List<StoredReservation> found, string nothing)
    {
        if (_output.IsJson(parsed))
            OperatorCommands.Print(IpamOutput.Json(found));
        else if (found.Count > 0)
            OperatorCommands.Print(IpamOutput.Table(found, WidthOf(parsed)));
        else
            OperatorCommands.Print($"{nothing}\n");
    }

    int? WidthOf(ParseResult parsed) => _wide.IsSet(parsed) ? null : _wide.WidthOf(parsed);

    IpAddress AddressOf(ParseResult parsed) => IpAddress.TryParse(parsed.GetRequiredValue(_address), out var address)
        ? address
        : throw new RuntimeException($"invalid address \"{parsed.GetRequiredValue(_address)}\": use an IPv4 or IPv6 address");

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
            ? throw new RuntimeException($"unknown network \"{network}\": it has no configuration and no reservations")
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
        if (name is not ("show" or "release"))
            _wide.AddTo(command);
        command.SetReportedAction(action);
        return command;
    }
}
