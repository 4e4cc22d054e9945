using CniBridge.Linux;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Inspection;

/// <summary>The records of cni-bridge about pods. They complete what the kernel reports. Unreadable records are ignored.</summary>
public static class PodRecords
{
    /// <summary>Returns the origin of each attachment with addresses: its time of creation, namespace and pod.</summary>
    public static IReadOnlyDictionary<Attachment, AttachmentOrigin> ReadOrigins(string stateDirectory = StorePlace.DefaultStateDirectory)
    {
        var origins = new Dictionary<Attachment, AttachmentOrigin>();
        foreach (var (record, store) in Try(() => OwnerIndex.ReadEvery(stateDirectory).ToList()))
        {
            if (record.Origin is not null && store is not null)
                origins[new Attachment(Path.GetFileName(store), record.Owner.ContainerId, record.Owner.InterfaceName)] = record.Origin;
        }
        return origins;
    }

    /// <summary>Returns the host ports of each attachment.</summary>
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
