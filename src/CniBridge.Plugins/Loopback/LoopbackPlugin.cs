using CniBridge.Linux;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Loopback;

/// <summary>The loopback plugin: brings the container's "lo" up, regardless of CNI_IFNAME.</summary>
public sealed class LoopbackPlugin : IPlugin
{
    const string Lo = "lo";

    public string Name => PluginName.Loopback;

    public CniResult Add(CniRequest request)
    {
        var previous = CniResultReader.ReadPrevious(request.Config);
        using var container = request.OpenNamespace();
        var addresses = container.Run(() => BringUp(up: true));
        foreach (var address in addresses)
        {
            if (!IsLoopback(address))
                throw new CniException(CniErrorCode.Internal, $"loopback interface found with non-loopback address \"{address.Cidr}\"");
        }
        return previous ?? new CniResult
        {
            Interfaces = [new CniInterface(Lo, "00:00:00:00:00:00", request.Environment.NetworkNamespace)],
            Ips = [.. FirstOfEachFamily(addresses)],
        };
    }

    /// <summary>Sets lo down. Logs a failure and succeeds, because a pod may rename its lo, and lo ends with the namespace.</summary>
    public void Delete(CniRequest request)
    {
        try
        {
            BringDown(request);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            request.Log.WriteLine($"could not bring lo in {request.Environment.NetworkNamespace} down: {e.Message}");
        }
    }

    static void BringDown(CniRequest request)
    {
        using var container = request.TryOpenNamespace();
        if (container is null)
            return;
        if (FindOtherOwner(container, request) is { } owner)
            request.Log.WriteLine($"not bringing lo in {container.Path} down: the namespace belongs to {owner}");
        else
            container.Run(() => BringUp(up: false));
    }

    /// <summary>
    /// Returns the alias of the pod's host veth if it names another container, because the path may lead to the namespace of another
    /// pod. It looks at eth0, the first interface of all runtimes: there is no record of loopback attachments.
    /// </summary>
    static string? FindOtherOwner(NetworkNamespace container, CniRequest request)
    {
        using var socket = new RouteSocket();
        return PodVeth.Find(socket, container, "eth0", request.Log)?.Host is { } host && HostLink.IsAlias(host) &&
            HostLink.TryParseAlias(host.Alias) is { } owner && owner.ContainerId != request.Environment.ContainerId
                ? host.Alias
                : null;
    }

    public void Check(CniRequest request)
    {
        using var container = request.OpenNamespace();
        var isUp = container.Run(() =>
        {
            using var socket = new RouteSocket();
            return socket.TryGetLink(Lo)?.IsUp;
        });
        if (isUp != true)
            throw new CniException(CniErrorCode.Internal, "loopback interface is down");
    }

    /// <summary>Does nothing: the interface ends with its namespace.</summary>
    public void CollectGarbage(CniRequest request) { }

    /// <summary>Returns always: every kernel has loopback interfaces.</summary>
    public void ReportStatus(CniRequest request) { }

    static List<LinkAddress> BringUp(bool up)
    {
        using var socket = new RouteSocket();
        var index = socket.GetIndex(Lo);
        socket.Execute(new ChangeLink(index, Lo) { Up = up });
        return up ? socket.ListAddresses(index) : [];
    }

    static bool IsLoopback(LinkAddress address)
    {
        var bytes = address.Cidr.Address.ToBytes();
        return address.Cidr.Address.IsV6 ? address.Cidr.Address.ToString() == "::1" : bytes[0] == 127;
    }

    static IEnumerable<CniIp> FirstOfEachFamily(List<LinkAddress> addresses) => addresses
        .Select(address => address.Cidr)
        .OrderBy(cidr => cidr.Address.IsV6)
        .DistinctBy(cidr => cidr.Address.IsV6)
        .Select(cidr => new CniIp(cidr, null, 0));
}
