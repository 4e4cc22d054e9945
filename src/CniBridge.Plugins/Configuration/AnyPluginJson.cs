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
        keys.CheckTruths("capabilities");
        keys.CheckObject("prevResult");
        return new AnyPluginJson
        {
            CniVersion = keys.Text("cniVersion"),
            Name = keys.Text("name"),
            Type = keys.Text("type"),
            Ipam = keys.Object("ipam", IpamTypeJson.Read),
            Dns = keys.Object("dns", DnsJson.Read),
            ValidAttachments = keys.Objects("cni.dev/valid-attachments", AttachmentJson.Read),
        };
    }
}
