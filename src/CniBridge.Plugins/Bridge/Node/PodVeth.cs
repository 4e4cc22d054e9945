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
    internal static PodVeth? Find(RouteSocket socket, NetworkNamespace pod, string interfaceName) =>
        PodNetwork.FindLink(pod, interfaceName) is { } inside ? new PodVeth(inside, FindHost(socket, pod, inside)) : null;

    static Link? FindHost(RouteSocket socket, NetworkNamespace pod, Link inside) =>
        inside is { Kind: "veth", IsPeerElsewhere: true } && socket.TryGetLink(inside.PeerIndex) is { Kind: "veth" } host &&
        // The same index may belong to a pair of another namespace.
        host.PeerIndex == inside.Index && host.PeerNamespace != Link.NoNamespace && socket.GetNamespaceId(pod) == host.PeerNamespace
            ? host
            : null;
}
