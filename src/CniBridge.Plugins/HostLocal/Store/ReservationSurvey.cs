using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>
/// A network's reservations for reading only. It takes no lock, writes nothing and restores nothing, so concurrent changes may be
/// visible in part.
/// </summary>
/// <param name="dataDirectory">The network's directory: DATADIR/NETWORK.</param>
/// <param name="stateDirectory">ipam.stateDir</param>
public sealed class ReservationSurvey(string dataDirectory, string stateDirectory)
{
    readonly StorePlace _place = new(dataDirectory, stateDirectory);

    internal INodeView Node { get; init; } = new NodeView();

    /// <summary>Returns the reservations in ascending order of the addresses; empty if there is no such network.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public IReadOnlyList<ReservationState> List()
    {
        if (!Directory.Exists(_place.Directory))
            return [];
        var files = new ReservationFiles(_place.Directory);
        var found = files.Read().ToList();
        if (found.Count == 0)
            return [];
        var records = ReadRecords();
        var proof = new AttachmentLiveness(_place.Network, Node);
        var living = TryFindLiving(found.ToDictionary(file => file.Address, file => file.Owner));
        var states = new List<ReservationState>();
        foreach (var (address, owner, isEmpty) in found)
        {
            // The reservation was released in the meantime.
            if (files.MadeAt(address) is not { } reservedAt)
                continue;
            var record = owner is null ? null : records.GetValueOrDefault(owner);
            states.Add(new ReservationState(
                address, owner?.ContainerId ?? "", owner?.InterfaceName ?? "", record?.Origin, reservedAt,
                isEmpty ? LivenessResult.Empty : proof.Judge(record, address, reservedAt), living?.Contains(address)));
        }
        states.Sort(static (one, other) => one.Address.CompareTo(other.Address));
        return states;
    }

    Dictionary<ReservationOwner, OwnerRecord> ReadRecords()
    {
        var records = new Dictionary<ReservationOwner, OwnerRecord>();
        foreach (var record in new OwnerIndex(_place.StateDirectory, _place.Directory).ReadAll())
            records[record.Owner] = record;
        return records;
    }

    /// <summary>Returns those of the addresses that any namespace has; null if not all can be read, which requires root.</summary>
    HashSet<IpAddress>? TryFindLiving(Dictionary<IpAddress, ReservationOwner?> reservations)
    {
        try
        {
            return new LivingAddresses(_place.StateDirectory, Node, reservations, TextWriter.Null).Find();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            return null;
        }
    }
}
