using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;
using CniBridge.Plugins.Inspection;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>Pods that answer for addresses which are not reserved for them.</summary>
sealed class ClaimCheck(DoctorContext node)
{
    internal void Run()
    {
        var survey = new ClaimSurvey(node.Links);
        foreach (var network in node.Networks)
        {
            if (network is not { Bridge: { Kind: "bridge" } bridge, Gateway: { } gateway })
                continue;
            foreach (var claims in survey.List(network.Configured, bridge, gateway))
            {
                foreach (var group in claims.Addresses.ToLookup(address => IsUnreserved(claims.Attachment, address)))
                    Report(network, bridge, claims, group.Key, [.. group.Select(address => address.ToString())]);
            }
        }
    }

    /// <summary>
    /// Tells whether an attachment may have lost its reservation: it has one address of each family, but no reservation of this one.
    /// </summary>
    bool IsUnreserved(Attachment? attachment, IpAddress address) =>
        attachment is not null && !HasReservation(attachment, address.Family);

    bool HasReservation(Attachment attachment, AddressFamily family) => node.Networks.Any(network => network.Name == attachment.Network &&
        network.Reservations.Any(reservation => reservation.Address.Family == family &&
            reservation.ContainerId == attachment.ContainerId && reservation.InterfaceName == attachment.InterfaceName));

    void Report(ExaminedNetwork network, Link bridge, PortClaims claims, bool isUnreserved, List<string> addresses)
    {
        var pod = claims.Attachment is { } attachment
            ? $"{attachment.Network}/{attachment.ContainerId}/{attachment.InterfaceName}"
            : "made by another plugin";
        node.Found.Add(isUnreserved
            ? StoreFindings.AddressUnreserved(claims.Port, bridge.Name, pod, network.Name, addresses, node.Options.Program)
            : StoreFindings.AddressClaimed(claims.Port, bridge.Name, pod, network.Name, addresses, node.Options.Program));
    }
}
