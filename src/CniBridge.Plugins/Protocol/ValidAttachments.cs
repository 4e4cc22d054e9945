namespace CniBridge.Plugins.Protocol;

/// <summary>The attachments that a GC request lists as valid; all others of the network are garbage.</summary>
sealed class ValidAttachments
{
    readonly HashSet<AttachmentJson> _pairs;
    readonly HashSet<string> _containers;

    ValidAttachments(IEnumerable<AttachmentJson> pairs)
    {
        _pairs = [.. pairs];
        _containers = [.. _pairs.Select(pair => pair.ContainerId ?? "")];
    }

    /// <summary>
    /// Reads the list of a GC request. An empty list, or null in its place, says that no attachment is alive. A request without the
    /// list is refused, because it would make garbage of every attachment.
    /// </summary>
    /// <exception cref="CniException">Code 7.</exception>
    internal static ValidAttachments Parse(GarbageJson json)
    {
        var list = json.ValidAttachments ?? json.Attachments
            ?? throw new CniException(CniErrorCode.InvalidConfig,
                "GC needs cni.dev/valid-attachments: without the list, everything would be garbage");
        return new ValidAttachments(CniResultReader.Each(list, "cni.dev/valid-attachments", (item, _) => item));
    }

    /// <summary>
    /// Tells whether an attachment is valid. Reservations of the oldest format name no interface; they are valid while their container
    /// is.
    /// </summary>
    internal bool Contains(string containerId, string interfaceName) =>
        interfaceName.Length == 0
            ? _containers.Contains(containerId)
            : _pairs.Contains(new AttachmentJson { ContainerId = containerId, InterfaceName = interfaceName });

    /// <summary>Returns the valid attachments of a network.</summary>
    internal IEnumerable<Attachment> List(string network)
    {
        foreach (var pair in _pairs)
            yield return new Attachment(network, pair.ContainerId ?? "", pair.InterfaceName ?? "");
    }
}
