using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Node.Firewall;
using CniBridge.Node.Inspection.Findings;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Inspection;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Inspection.Examinations;

/// <summary>The state of the node that several checks use. Each part is read once, on first use.</summary>
sealed class DoctorContext(DoctorOptions options) : IDisposable
{
    IReadOnlyList<ExaminedFile>? _files;
    IReadOnlyList<ExaminedNetwork>? _networks;
    IReadOnlyList<LinkAddress>? _addresses;
    IReadOnlyList<RouteEntry>? _routes;
    IReadOnlyList<PodInterface>? _pods;
    FirewallSurvey? _firewall;

    internal DoctorOptions Options => options;

    /// <summary>The findings so far; the checks add to it.</summary>
    internal List<Finding> Found { get; } = [];

    internal RouteSocket Links { get; } = new();

    internal FirewallSurvey Firewall => _firewall ??= new FirewallSurvey(Links);

    /// <summary>The configuration files in the order in which runtimes read them.</summary>
    internal IReadOnlyList<ExaminedFile> Files => _files ??= ReadFiles();

    /// <summary>The bridge networks of all valid files.</summary>
    internal IReadOnlyList<ExaminedNetwork> Networks => _networks ??= FindNetworks();

    internal IReadOnlyList<LinkAddress> Addresses => _addresses ??= Links.ListAddresses();

    /// <summary>The routes of the main table, both families.</summary>
    internal IReadOnlyList<RouteEntry> Routes =>
        _routes ??= [.. Links.ListRoutes(AddressFamily.IPv4), .. Links.ListRoutes(AddressFamily.IPv6)];

    List<ExaminedFile> ReadFiles()
    {
        var files = new List<ExaminedFile>();
        foreach (var path in NetworkList.FindAll(options.ConfigurationDirectory))
            files.Add(Read(path));
        return files;
    }

    static ExaminedFile Read(string path)
    {
        try
        {
            var list = NetworkList.Load(path);
            return new ExaminedFile(path, list, null);
        }
        // One file that cannot be read must not hide the others.
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            var about = e.Message.StartsWith(path, StringComparison.Ordinal) ? e.Message[path.Length..].TrimStart(':', ' ') : e.Message;
            return new ExaminedFile(path, null, about);
        }
    }

    List<ExaminedNetwork> FindNetworks()
    {
        var networks = new List<ExaminedNetwork>();
        foreach (var file in Files)
        {
            foreach (var plugin in file.List?.Plugins ?? [])
            {
                if (plugin["type"]!.GetValue<string>() == "bridge" && TryParse(file.List!, plugin, out _) is { } network)
                    networks.Add(new ExaminedNetwork(
                        file.Path, network, Links.TryGetLink(network.Bridge), Links.TryGetLink(network.GatewayLink)));
            }
        }
        return networks;
    }

    /// <summary>Parses a bridge plugin's part of a configuration; returns null if it is invalid.</summary>
    /// <param name="why">The error message, or empty.</param>
    internal static ConfiguredNetwork? TryParse(NetworkList list, System.Text.Json.Nodes.JsonObject plugin, out string why)
    {
        why = "";
        try
        {
            return ConfiguredNetwork.Parse(list.Name, list.Version, Encoding.UTF8.GetBytes(plugin.ToJsonString()));
        }
        catch (CniException e)
        {
            why = e.Details.Length > 0 ? $"{e.Message} ({e.Details})" : e.Message;
            return null;
        }
    }

    /// <summary>The pods' interfaces. Those inside of namespaces that cannot be entered are unknown.</summary>
    internal IReadOnlyList<PodInterface> Pods => _pods ??= PodInterfaces.List();

    /// <summary>Returns the link of the default route with the lowest metric; null without a default route of the family.</summary>
    internal Link? FindUplink(AddressFamily family) =>
        FindDefaultRoute(family) is { } best ? Links.TryGetLink(best.Links[0]) : null;

    /// <summary>Returns the default route with the lowest metric; null without a default route of the family.</summary>
    internal RouteEntry? FindDefaultRoute(AddressFamily family)
    {
        RouteEntry? best = null;
        foreach (var route in Routes)
        {
            if (IsDefault(route, family) && !(best?.Priority <= route.Priority))
                best = route;
        }
        return best;
    }

    internal static bool IsDefault(RouteEntry route, AddressFamily family) =>
        route.Destination.IsDefault && route.Destination.Address.Family == family &&
        route.IsUnicast && !route.IsDead && route.Links.Count > 0;

    public void Dispose()
    {
        _firewall?.Dispose();
        Links.Dispose();
    }
}
