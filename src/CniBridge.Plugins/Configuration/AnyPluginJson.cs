using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Configuration;

/// <summary>The keys that libcni reads in the configuration of every plugin, independent of its type.</summary>
sealed record AnyPluginJson
{
    public string? CniVersion { get; init; }
    public string? Name { get; init; }
    public string? Type { get; init; }
    public IpamTypeJson? Ipam { get; init; }
    public DnsJson? Dns { get; init; }
    public List<AttachmentJson?>? ValidAttachments { get; init; }

    internal static AnyPluginJson Read(JsonKeys keys)
    {
        keys.CheckBooleans("capabilities");
        keys.CheckObject("prevResult");
        return new AnyPluginJson
        {
            CniVersion = keys.GetString("cniVersion"),
            Name = keys.GetString("name"),
            Type = keys.GetString("type"),
            Ipam = keys.GetObject("ipam", IpamTypeJson.Read),
            Dns = keys.GetObject("dns", DnsJson.Read),
            ValidAttachments = keys.GetObjects("cni.dev/valid-attachments", AttachmentJson.Read),
        };
    }
}
