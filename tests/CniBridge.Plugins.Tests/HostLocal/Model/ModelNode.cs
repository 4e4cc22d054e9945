using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>The true state of the node and its attachments, which the plugin has to discover.</summary>
sealed class ModelNode
{
    readonly Dictionary<string, string> _paths = [];
    int _newPaths;

    /// <summary>The view of the plugin. Inode numbers repeat soon, so they do not prove that a namespace is gone.</summary>
    internal FakeNodeView View { get; } = new() { InodeNumbers = 2 };

    internal Dictionary<ReservationOwner, ModelPod> Pods { get; } = [];

    /// <summary>Returns the namespace of a container or creates one, at its own path or at a new one.</summary>
    internal (string Path, ulong Cookie) NamespaceOf(string container, bool isPathNew)
    {
        if (!_paths.TryGetValue(container, out var path) || !View.Namespaces.ContainsKey(path))
        {
            _paths[container] = path = $"/run/netns/{container}{(isPathNew ? $"-{++_newPaths}" : "")}";
            View.AddNamespace(path);
        }
        return (path, View.CookieOf(path));
    }

    internal bool IsThere((string Path, ulong Cookie) origin) => View.CookieOf(origin.Path) == origin.Cookie;

    static string KeyOf(ModelPod pod) => $"{pod.Origins[^1].Path} {pod.Owner.InterfaceName}";

    /// <summary>Creates the interface as a main plugin does. The host veth of a bridge names the attachment.</summary>
    internal void BringUp(ModelPod pod, IReadOnlyList<IpAddress> addresses, bool hasLink)
    {
        pod.Addresses = addresses;
        View.Configured[KeyOf(pod)] = [.. addresses];
        if (hasLink)
            View.HostLinks[pod.Attachment] = "veth";
    }

    /// <summary>Deletes the interface on both sides.</summary>
    internal void TakeDown(ModelPod pod, bool leavesLink = false)
    {
        if (pod is { IsUp: true, IsHidden: false })
            View.Configured.Remove(KeyOf(pod));
        if (pod.IsUp)
            pod.Last = pod.Addresses;
        (pod.Addresses, pod.IsHidden) = ([], false);
        // Two pods may have one address: that of a pod without a reservation is assigned if no other is free.
        View.Hidden.Clear();
        View.Hidden.UnionWith(Living.Where(one => one.IsHidden).SelectMany(one => one.Addresses));
        if (!leavesLink)
            View.HostLinks.Remove(pod.Attachment);
    }

    /// <summary>Ends a namespace with all its interfaces. The kernel may delete their links later.</summary>
    internal void End(string container, bool leavesLinks)
    {
        foreach (var pod in Pods.Values.Where(pod => pod.Owner.ContainerId == container))
            TakeDown(pod, leavesLinks);
        if (_paths.TryGetValue(container, out var path))
            View.Namespaces.Remove(path);
    }

    /// <summary>Removes the path of a namespace that stays alive.</summary>
    internal void Hide(string container)
    {
        foreach (var pod in Living.Where(pod => pod.Owner.ContainerId == container && !pod.IsHidden))
        {
            View.Configured.Remove(KeyOf(pod));
            View.Hidden.UnionWith(pod.Addresses);
            pod.IsHidden = true;
        }
        if (_paths.TryGetValue(container, out var path))
            View.Namespaces.Remove(path);
    }

    internal void Reboot()
    {
        View.Reboot();
        View.Hidden.Clear();
        foreach (var pod in Pods.Values)
            (pod.Addresses, pod.IsHidden) = ([], false);
    }

    internal IEnumerable<ModelPod> Living => Pods.Values.Where(pod => pod.IsUp);

    internal IEnumerable<ModelPod> UsersOf(IpAddress address) => Living.Where(pod => pod.Addresses.Contains(address));

    internal ModelPod? UserOf(IpAddress address) => UsersOf(address).FirstOrDefault();

    /// <summary>Returns the addresses of pods that ended but still have a link on the node.</summary>
    internal HashSet<IpAddress> AddressesOfLinks() =>
        [.. Pods.Values.Where(pod => View.HostLinks.ContainsKey(pod.Attachment)).SelectMany(pod => pod.Last)];

    /// <summary>Returns true if our records and the node prove that the attachment is gone.</summary>
    internal bool IsProvenGone(ModelPod pod, bool countsLink = true) =>
        pod is { Known: Knowledge.Recorded, IsUp: false } && !pod.Origins.Exists(IsThere) &&
        !(countsLink && View.HostLinks.ContainsKey(pod.Attachment));

    /// <summary>Returns true if records and node prove that the attachment is alive although its reservations were deleted.</summary>
    internal bool IsProvenUp(ModelPod pod) =>
        pod is { Known: Knowledge.Recorded, IsUp: true } && (!pod.IsHidden || View.HostLinks.ContainsKey(pod.Attachment));

    /// <summary>Finds a claim in the neighbour table for a pod whose reservation cannot be restored otherwise.</summary>
    internal AddressClaim? FindClaim(IpAddress address) => UsersOf(address).FirstOrDefault(user => !IsProvenUp(user)) is { } user
        ? new AddressClaim(default, "veth", View.HostLinks.ContainsKey(user.Attachment) ? user.Attachment : null)
        : null;
}
