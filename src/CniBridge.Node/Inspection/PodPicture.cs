using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Inspection;

/// <summary>A pod's interface, and what is known of the pod.</summary>
/// <param name="Origin">Null: nothing is recorded.</param>
public sealed record PodPicture(PodInterface Interface, AttachmentOrigin? Origin, IReadOnlyList<HostPort> Ports)
{
    /// <summary>NAMESPACE/NAME where the runtime told it, else the container, else the link.</summary>
    public string Name => Origin?.Pod is { Length: > 0 } pod ? pod : Interface.Attachment?.ContainerId ?? Interface.Host.Name;

    /// <summary>The path that the runtime gave, if the namespace is still there; else where it was found.</summary>
    public string Netns => Origin is not null && Origin.NetnsId == Interface.Namespace?.Identity ? Origin.Netns : Interface.Namespace?.Path ?? "";

    internal static PodPicture Of(
        PodInterface pod, IReadOnlyDictionary<Plugins.Attachment, AttachmentOrigin> origins,
        IReadOnlyDictionary<Plugins.Attachment, IReadOnlyList<HostPort>> ports) => pod.Attachment is null
            ? new PodPicture(pod, null, [])
            : new PodPicture(pod, origins.GetValueOrDefault(pod.Attachment), ports.GetValueOrDefault(pod.Attachment, []));

    /// <summary>Is it what a person calls so: a name of Kubernetes or its last part, the beginning of a container ID, an address, a link?</summary>
    public bool IsCalled(string name) =>
        Name == name || Name.EndsWith("/" + name, StringComparison.Ordinal) || Interface.Host.Name == name ||
        (name.Length > 0 && Interface.Attachment?.ContainerId.StartsWith(name, StringComparison.Ordinal) == true) ||
        (IpAddress.TryParse(name, out var address) && Interface.Addresses.Any(cidr => cidr.Address == address));
}
