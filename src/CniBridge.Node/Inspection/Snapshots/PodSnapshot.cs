using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Inspection.Snapshots;

/// <summary>A pod's interface and the recorded facts about the pod.</summary>
/// <param name="Origin">The record of the ADD; null without a record.</param>
public sealed record PodSnapshot(PodInterface Interface, AttachmentOrigin? Origin, IReadOnlyList<HostPort> Ports)
{
    /// <summary>NAMESPACE/NAME if the runtime passed it, otherwise the container ID, otherwise the name of the host veth.</summary>
    public string Name => Origin?.Pod is { Length: > 0 } pod ? pod : Interface.Attachment?.ContainerId ?? Interface.Host.Name;

    /// <summary>
    /// The namespace path from the runtime if it still leads to the namespace, otherwise the path at which the namespace was found.
    /// </summary>
    public string Netns => Origin is not null && Interface.Namespace?.IsOf(Origin) == true
        ? Origin.Netns
        : Interface.Namespace?.Path ?? "";

    internal static PodSnapshot Create(
        PodInterface pod, IReadOnlyDictionary<Plugins.Protocol.Attachment, AttachmentOrigin> origins,
        IReadOnlyDictionary<Plugins.Protocol.Attachment, IReadOnlyList<HostPort>> ports) => pod.Attachment is null
            ? new PodSnapshot(pod, null, [])
            : new PodSnapshot(pod, origins.GetValueOrDefault(pod.Attachment), ports.GetValueOrDefault(pod.Attachment, []));

    /// <summary>
    /// Tells whether the operator's word means this pod: its name or the part after the slash, the start of its container ID, an
    /// address, or its host veth.
    /// </summary>
    public bool IsCalled(string name) =>
        Name == name || Name.EndsWith("/" + name, StringComparison.Ordinal) || Interface.Host.Name == name ||
        (name.Length > 0 && Interface.Attachment?.ContainerId.StartsWith(name, StringComparison.Ordinal) == true) ||
        (IpAddress.TryParse(name, out var address) && Interface.Addresses.Any(cidr => cidr.Address == address));
}
