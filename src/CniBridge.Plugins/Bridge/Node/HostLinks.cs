using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The kernel's host veths.</summary>
/// <param name="socket">A socket of the node's namespace.</param>
sealed class HostLinks(RouteSocket socket, TextWriter log) : IHostLinks
{
    public VethPair Create(Attachment attachment, NetworkNamespace pod, Link bridge, BridgeConfig config)
    {
        var podEnd = new VethEnd(attachment.InterfaceName, config.Mac ?? MacAddress.Random());
        for (var candidate = 0; candidate < HostLink.Candidates; candidate++)
        {
            var hostEnd = new VethEnd(HostLink.NameOf(attachment, candidate), MacAddress.Random());
            // Push the undo before the request, because its answer may be lost. Delete by MAC, because another link may have the name.
            using var undo = new Rollback(log);
            undo.Push($"delete {hostEnd.Name}", () => DeleteOwn(hostEnd));
            var isCreated = socket.TryCreateVeth(hostEnd, podEnd, pod, bridge.Index, config.Mtu);
            var veth = isCreated ? Finish(attachment, hostEnd, podEnd, config) : null;
            undo.Cancel();
            if (veth is not null)
                return veth;
            if (ContainerLinks.HasInterface(pod, podEnd.Name))
                break;
        }
        throw new CniException(CniErrorCode.Internal,
            $"container veth name (\"{podEnd.Name}\") peer provided (\"{HostLink.NameOf(attachment, 0)}\") already exists",
            $"the namespace {pod.Path} already has an interface {podEnd.Name}, or the node has one with the name of the peer");
    }

    void DeleteOwn(VethEnd hostEnd)
    {
        if (socket.TryGetLink(hostEnd.Name) is { } link && link.Mac == hostEnd.Mac)
            Delete(link);
    }

    VethPair Finish(Attachment attachment, VethEnd hostEnd, VethEnd podEnd, BridgeConfig config)
    {
        var index = socket.GetIndex(hostEnd.Name);
        var port = new ChangeLink(index, hostEnd.Name)
        {
            Alias = HostLink.AliasOf(attachment),
            PortSettings = config.PortSettings,
        };
        socket.Execute([port, .. PortVlans.Create(index, hostEnd.Name, config)]);
        Sysctl.TryWrite($"net/ipv6/conf/{hostEnd.Name}/accept_ra", "0", log);
        return new VethPair(index, hostEnd.Name, hostEnd.Mac, podEnd.Mac);
    }

    public IPortWatch Watch(Link bridge, VethPair veth) => new PortWatch(socket, bridge, veth);

    public IReadOnlyList<PortVlan> ListVlans(Link port) => socket.ListPortVlans(port.Index);

    public IReadOnlyList<AttachedLink> List(string network)
    {
        var attached = new List<AttachedLink>();
        foreach (var link in socket.ListLinks("veth"))
        {
            if (HostLink.TryParseAlias(link.Alias) is { } attachment && attachment.Network == network)
                attached.Add(new AttachedLink(attachment, link));
        }
        return attached;
    }

    public void Delete(VethPair veth) => socket.DeleteLink(veth.HostIndex, veth.HostName);

    public void Delete(Link link) => socket.DeleteLink(link.Index, link.Name);

    public bool Delete(Attachment attachment)
    {
        var isDeleted = false;
        for (var candidate = 0; candidate < HostLink.Candidates; candidate++)
        {
            var name = HostLink.NameOf(attachment, candidate);
            if (socket.TryGetIndex(name) is null || socket.TryGetLink(name) is not { Kind: "veth" } link)
                continue;
            // The link has no alias if an ADD was killed between creating and naming it.
            if (link.Alias.Length > 0 && link.Alias != HostLink.AliasOf(attachment))
                continue;
            Delete(link);
            isDeleted = true;
        }
        return isDeleted;
    }
}
