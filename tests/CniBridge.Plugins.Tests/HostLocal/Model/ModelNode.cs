using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>The node and all attachments on it, as they really are: what the plugin has to find out.</summary>
sealed class ModelNode
{
    readonly Dictionary<string, string> _paths = [];
    int _newPaths;

    /// <summary>Inode numbers repeat soon, and tell nothing of who is gone.</summary>
    internal FakeNodeView View { get; } = new() { InodeNumbers = 2 };

    internal Dictionary<ReservationOwner, ModelPod> Pods { get; } = [];

    /// <summary>A container's namespace, or a new one: at its own path or at one that no namespace was at before.</summary>
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

    /// <summary>A main plugin makes the interface; the bridge's has an end on the node that names the attachment.</summary>
    internal void BringUp(ModelPod pod, IReadOnlyList<IpAddress> addresses, bool hasLink)
    {
        pod.Addresses = addresses;
        View.Configured[KeyOf(pod)] = [.. addresses];
        if (hasLink)
            View.HostLinks[pod.Attachment] = "veth";
    }

    /// <summary>The interface goes, on both sides.</summary>
    internal void TakeDown(ModelPod pod, bool leavesLink = false)
    {
        if (pod is { IsUp: true, IsHidden: false })
            View.Configured.Remove(KeyOf(pod));
        if (pod.IsUp)
            pod.Last = pod.Addresses;
        (pod.Addresses, pod.IsHidden) = ([], false);
        // Two may have one address: that of a pod whose reservation is gone is given when no other is free.
        View.Hidden.Clear();
        View.Hidden.UnionWith(Living.Where(one => one.IsHidden).SelectMany(one => one.Addresses));
        if (!leavesLink)
            View.HostLinks.Remove(pod.Attachment);
    }

    /// <summary>A namespace ends with all that are in it; the kernel may take its time for their links.</summary>
    internal void End(string container, bool leavesLinks)
    {
        foreach (var pod in Pods.Values.Where(pod => pod.Owner.ContainerId == container))
            TakeDown(pod, leavesLinks);
        if (_paths.TryGetValue(container, out var path))
            View.Namespaces.Remove(path);
    }

    /// <summary>The path is gone, and what is inside lives on.</summary>
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

    /// <summary>Returns the addresses of pods that are gone, but for a link on the node.</summary>
    internal HashSet<IpAddress> AddressesOfLinks() =>
        [.. Pods.Values.Where(pod => View.HostLinks.ContainsKey(pod.Attachment)).SelectMany(pod => pod.Last)];

    /// <summary>Can our records and the node prove that it is gone?</summary>
    internal bool IsProvenGone(ModelPod pod, bool countsLink = true) =>
        pod is { Known: Knowledge.Recorded, IsUp: false } && !pod.Origins.Exists(IsThere) &&
        !(countsLink && View.HostLinks.ContainsKey(pod.Attachment));

    /// <summary>Can they prove that it lives, though its reservations were deleted?</summary>
    internal bool IsProvenUp(ModelPod pod) =>
        pod is { Known: Knowledge.Recorded, IsUp: true } && (!pod.IsHidden || View.HostLinks.ContainsKey(pod.Attachment));

    /// <summary>The table of neighbours tells of those whose reservation nothing else could bring back.</summary>
    internal AddressClaim? FindClaim(IpAddress address) => UsersOf(address).FirstOrDefault(user => !IsProvenUp(user)) is { } user
        ? new AddressClaim(default, "veth", View.HostLinks.ContainsKey(user.Attachment) ? user.Attachment : null)
        : null;
}
