using CniBridge.Linux;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Inspection;

/// <summary>What our own notes say of pods beyond what the kernel knows. What cannot be read is as if it were not there.</summary>
public static class PodRecords
{
    /// <summary>When and for whom attachments with addresses were made.</summary>
    public static IReadOnlyDictionary<Attachment, AttachmentOrigin> ReadOrigins(string stateDirectory = StorePlace.DefaultStateDirectory)
    {
        var origins = new Dictionary<Attachment, AttachmentOrigin>();
        foreach (var (record, store) in Try(() => OwnerIndex.ReadEvery(stateDirectory)))
        {
            if (record.Origin is not null && store is not null)
                origins[new Attachment(Path.GetFileName(store), record.Owner.ContainerId, record.Owner.InterfaceName)] = record.Origin;
        }
        return origins;
    }

    /// <summary>The host ports of attachments.</summary>
    public static IReadOnlyDictionary<Attachment, IReadOnlyList<HostPort>> ReadPorts(string root = StateDirectory.DefaultRoot)
    {
        var ports = new Dictionary<Attachment, IReadOnlyList<HostPort>>();
        foreach (var record in Try(() => new Records<HostPortRecord>(HostPortRecord.Format, root).ReadAll()))
        {
            ports[record.Owner.Attachment] = [.. record.Mappings.Select(mapping => new HostPort(
                mapping.ProtocolName, mapping.HostPort, mapping.ContainerPort, mapping.IsAnywhere ? "" : mapping.HostAddress!.ToString()))];
        }
        return ports;
    }

    static List<T> Try<T>(Func<List<T>> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            return [];
        }
    }
}
