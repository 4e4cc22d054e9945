using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>The keys that GC reads.</summary>
sealed record GarbageJson
{
    public IpamDeleteJson? Ipam { get; init; }

    /// <summary>
    /// cni.dev/valid-attachments. Null: the key is absent. A key with the value null is an empty list, which libcni makes of a nil
    /// slice.
    /// </summary>
    public List<AttachmentJson?>? ValidAttachments { get; init; }

    /// <summary>cni.dev/attachments: the same list under the name of an early draft; libcni sends both.</summary>
    public List<AttachmentJson?>? Attachments { get; init; }

    internal static GarbageJson Read(JsonKeys keys) => new()
    {
        Ipam = keys.GetObject("ipam", IpamDeleteJson.Read),
        ValidAttachments = keys.GetObjects("cni.dev/valid-attachments", AttachmentJson.Read) ??
            (keys.Has("cni.dev/valid-attachments") ? [] : null),
        Attachments = keys.GetObjects("cni.dev/attachments", AttachmentJson.Read) ?? (keys.Has("cni.dev/attachments") ? [] : null),
    };
}

sealed record AttachmentJson
{
    public string? ContainerId { get; init; }

    public string? InterfaceName { get; init; }

    internal static AttachmentJson Read(JsonKeys keys) => new()
    {
        ContainerId = keys.GetString("containerID"),
        InterfaceName = keys.GetString("ifname"),
    };
}
