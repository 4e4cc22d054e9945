using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Inspection;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>Calls of the plugin under test for one network.</summary>
/// <param name="ipam">More keys of the configuration, each with a comma before it.</param>
sealed class ModelPlugin(ModelNode node, ModelStore store, string ranges, string ipam)
{
    CniRequest Request(ReservationOwner owner, string netns, string more = "")
    {
        var request = Requests.Make($$"""
            {"ipam": {"type": "host-local", "dataDir": "{{store.DataDirectory}}", "stateDir": "{{store.StateDirectory}}",
            "ranges": [{{ranges}}] {{ipam}} } {{more}} }
            """, netns);
        return request with
        {
            Environment = request.Environment with { ContainerId = owner.ContainerId, InterfaceName = owner.InterfaceName },
        };
    }

    HostLocalAddresses ForDelete(ReservationOwner owner, string netns, string more = "")
    {
        var addresses = HostLocalAddresses.ForDelete(Request(owner, netns, more), AttachmentNetwork.None);
        addresses.Node = node.View;
        return addresses;
    }

    internal IReadOnlyList<RangeSet> ReadRangeSets() =>
        HostLocalConfig.Parse(Request(new ReservationOwner("c", "eth0"), ""), CniArgs.Parse("")).RangeSets;

    internal IReadOnlyList<IpAddress> Add(ModelAdd call)
    {
        var more = call.Wanted is null ? "" : $$""", "runtimeConfig": {"ips": ["{{call.Wanted}}"]}""";
        var network = new AttachmentNetwork(
            // A reservation alone must protect an address.
            address => store.Reservations.ContainsKey(address) ? null : node.FindClaim(address),
            call.IsBridge ? attachment => node.View.HostLinks.Remove(attachment) : null);
        var addresses = HostLocalAddresses.ForAdd(Request(call.Owner, call.Origin.Path, more), CniArgs.Parse(""), network);
        addresses.Node = node.View;
        using var undo = new Rollback(TextWriter.Null);
        var ips = addresses.Allocate(undo).Ips;
        if (!call.IsUndone)
            undo.Cancel();
        return [.. ips.Select(ip => ip.Address.Address)];
    }

    internal void Delete(ReservationOwner owner, string netns) => ForDelete(owner, netns).Release();

    internal void Check(ReservationOwner owner, string netns) => ForDelete(owner, netns).Check();

    internal void CollectGarbage(IEnumerable<ReservationOwner> valid)
    {
        var list = string.Join(',', valid.Select(owner =>
            $$"""{"containerID": "{{owner.ContainerId}}", "ifname": "{{owner.InterfaceName}}"}"""));
        ForDelete(new ReservationOwner("gc", "eth0"), "", $$""", "cni.dev/valid-attachments": [{{list}}]""")
            .CollectGarbage(areLinksGone: true);
    }

    /// <summary>Runs the operator command that releases leaked addresses.</summary>
    internal void FreeLeaks() =>
        new ReservationInventory(store.Directory, store.StateDirectory, TextWriter.Null) { Node = node.View }.Collect();
}
