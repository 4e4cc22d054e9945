using CniBridge.Linux;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The veth pair of a pod.</summary>
/// <param name="Inside">The container interface.</param>
/// <param name="Host">The host veth; null when the other end is not in the node's namespace.</param>
sealed record PodVeth(Link Inside, Link? Host)
{
    /// <summary>Looks up an interface in a pod and its host end. Returns null when the pod has no interface of the name.</summary>
    /// <param name="socket">A socket of the node's namespace.</param>
    /// <remarks>The interface may be of any kind. A link that is not a veth has no host end.</remarks>
    internal static PodVeth? Find(RouteSocket socket, NetworkNamespace pod, string interfaceName, TextWriter log)
    {
        try
        {
            return ContainerLinks.FindLink(pod, interfaceName) is { } inside ? new PodVeth(inside, FindHost(socket, pod, inside)) : null;
        }
        // The pod decides what its links look like, so this must not decide about a DEL.
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"searching the node for the host veth of {interfaceName} in {pod.Path}: {e.Message}");
            return FindByHost(socket, pod, interfaceName);
        }
    }

    /// <summary>
    /// Looks up the pair of a pod's interface by its host end. Returns null when no veth of the node leads to the interface. Only the
    /// index is asked for inside the pod. The cost grows with the number of pods.
    /// </summary>
    internal static PodVeth? FindByHost(RouteSocket socket, NetworkNamespace pod, string interfaceName)
    {
        if (ContainerLinks.FindIndex(pod, interfaceName) is not { } index)
            return null;
        // The kernel assigns the ID of the pod's namespace while it lists the links.
        var hosts = socket.ListLinks("veth");
        var number = socket.GetNamespaceId(pod);
        return number != Link.NoNamespace && hosts.Find(link => link.PeerNamespace == number && link.PeerIndex == index) is { } host
            ? new PodVeth(
                new Link { Index = index, Name = interfaceName, Kind = "veth", IsPeerElsewhere = true, PeerIndex = host.Index }, host)
            : null;
    }

    static Link? FindHost(RouteSocket socket, NetworkNamespace pod, Link inside) =>
        inside is { Kind: "veth", IsPeerElsewhere: true } && socket.TryGetLink(inside.PeerIndex) is { Kind: "veth" } host &&
        // The same index may belong to a pair of another namespace.
        host.PeerIndex == inside.Index && host.PeerNamespace != Link.NoNamespace && socket.GetNamespaceId(pod) == host.PeerNamespace
            ? host
            : null;
}
