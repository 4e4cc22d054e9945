using System.Text.Json;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>The host ports of an attachment, with everything that is needed to add its elements again.</summary>
sealed record HostPortRecord(RecordOwner Owner)
{
    internal IReadOnlyList<PortMapping> Mappings { get; init; } = [];
    internal IReadOnlyList<PodAddress> Pods { get; init; } = [];
    internal bool Masquerades { get; init; }
    internal bool MasqueradesAll { get; init; }

    internal static RecordFormat<HostPortRecord> Format { get; } = new("hostports", record => record.Name, Write, Read);

    /// <summary>The comment of the record's elements.</summary>
    internal string OwnerName => ElementOwner.Format(Owner.Attachment);

    internal string Name => NameOf(OwnerName);

    internal static string NameOf(Attachment attachment) => NameOf(ElementOwner.Format(attachment));

    /// <summary>Returns the name of the record of an element's owner, or null if the comment has another format.</summary>
    internal static string? TryGetName(string comment) =>
        comment.Contains('/', StringComparison.Ordinal) && !comment.Contains('\0', StringComparison.Ordinal) ? NameOf(comment) : null;

    static string NameOf(string owner) => owner.Replace('/', ',');

    /// <summary>Tells whether a port of 127.0.0.1 leads to the address through a link that can be allowed to carry such packets.</summary>
    internal bool ServesLocalhost(PodAddress pod)
    {
        if (!Masquerades || pod.Address.IsV6 || pod.Link is null)
            return false;
        foreach (var mapping in Mappings)
        {
            if (mapping.ServesLocalhost)
                return true;
        }
        return false;
    }

    static void Write(HostPortRecord record, Utf8JsonWriter json)
    {
        record.Owner.Write(json);
        json.WriteBoolean("snat", record.Masquerades);
        json.WriteBoolean("masqAll", record.MasqueradesAll);
        json.WriteStartArray("addresses");
        foreach (var pod in record.Pods)
        {
            json.WriteStartObject();
            json.WriteString("address", pod.Address.ToString());
            if (pod.Link is not null)
                json.WriteString("link", pod.Link);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("portMappings");
        foreach (var mapping in record.Mappings)
            mapping.Write(json);
        json.WriteEndArray();
    }

    static HostPortRecord Read(JsonKeys keys) => new(RecordOwner.Read(keys))
    {
        Masquerades = keys.GetBoolean("snat") == true,
        MasqueradesAll = keys.GetBoolean("masqAll") == true,
        Pods = [.. CniResultReader.Each(keys.GetObjects("addresses", ReadPod), "addresses", (pod, _) => pod)],
        Mappings = [.. CniResultReader.Each(keys.GetObjects("portMappings", PortMappingJson.Read), "portMappings", PortMapping.Parse)],
    };

    static PodAddress ReadPod(JsonKeys keys) => IpAddress.TryParse(keys.GetString("address"), out var address)
        ? new PodAddress(address, keys.GetString("link"))
        : throw new JsonException("no address");
}
