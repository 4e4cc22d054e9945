using System.Globalization;
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
    /// <summary>The number of addresses that one line names.</summary>
    const int MaxNamed = 5;

    internal void Run()
    {
        var survey = new ClaimSurvey(node.Links);
        foreach (var network in node.Networks)
        {
            if (network is not { Bridge: { Kind: "bridge" } bridge, Gateway: { } gateway })
                continue;
            foreach (var claims in survey.List(network.Configured, bridge, gateway))
            {
                var kinds = claims.Addresses.ToLookup(address => KindOf(claims.Attachment, address));
                foreach (var kind in kinds)
                    Report(network, bridge, claims, kind.Key, [.. kind]);
            }
        }
    }

    /// <summary>An attachment has one address of each family. One that has none there may have lost its reservation.</summary>
    FindingKind KindOf(Attachment? attachment, IpAddress address) => attachment is null || HasReservation(attachment, address.Family)
        ? StoreFindings.AddressClaimed
        : StoreFindings.AddressUnreserved;

    bool HasReservation(Attachment attachment, AddressFamily family) => node.Networks.Any(network => network.Name == attachment.Network &&
        network.Reservations.Any(reservation => reservation.Address.Family == family &&
            reservation.ContainerId == attachment.ContainerId && reservation.InterfaceName == attachment.InterfaceName));

    void Report(ExaminedNetwork network, Link bridge, PortClaims claims, FindingKind kind, List<IpAddress> addresses)
    {
        var named = addresses.Take(MaxNamed).Select(address => address.ToString()).ToList();
        if (addresses.Count > MaxNamed)
            named.Add(string.Create(CultureInfo.InvariantCulture, $"{addresses.Count - MaxNamed} more"));
        var pod = claims.Attachment is { } attachment
            ? $"{attachment.Network}/{attachment.ContainerId}/{attachment.InterfaceName}"
            : "made by another plugin";
        node.Found.Add(kind, "PORT", claims.Port, "POD", pod, "BRIDGE", bridge.Name, "NETWORK", network.Name,
            "ADDRESSES", string.Join(", ", named));
    }
}
