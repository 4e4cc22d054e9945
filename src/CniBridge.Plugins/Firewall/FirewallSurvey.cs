using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>A record of rules, and the attachment that it was made for.</summary>
/// <param name="path">The record's file.</param>
public sealed class RecordedAttachment(Attachment attachment, string path)
{
    public Attachment Attachment => attachment;

    public string Path => path;
}

/// <summary>What is of our rules in the kernel and what is not, and who else's are in the way; changes nothing.</summary>
/// <param name="links">Of the node's namespace; another's to close.</param>
public sealed class FirewallSurvey(RouteSocket links, string root = StateDirectory.DefaultRoot) : IDisposable
{
    readonly NftSocket _socket = new();

    Records<SpoofGuard> Guards => new(SpoofGuard.Format, root);

    Records<HostPortRecord> Ports => new(HostPortRecord.Format, root);

    /// <summary>Does the kernel have nftables, and may we ask it?</summary>
    /// <exception cref="Linux.KernelException">No.</exception>
    public void Try() => _socket.TryGetTable(NetworkMasquerade.TableOf(isV6: false));

    /// <summary>Networks whose masquerading somebody deleted, or a part of it.</summary>
    public IReadOnlyList<string> FindLostMasquerades()
    {
        var records = new MasqueradeRecords(root);
        var rules = new MasqueradeRules(_socket, records, TextWriter.Null);
        var lost = new List<string>();
        foreach (var record in records.Configured.ReadAll())
        {
            if (!rules.IsIntact(record))
                lost.Add($"{record.Masquerade.Network} ({record.Masquerade.Table} {record.Chain})");
        }
        return lost;
    }

    /// <summary>Living attachments whose source is not checked any more, each with what is missing.</summary>
    public IReadOnlyList<string> FindLostGuards()
    {
        var rules = new SpoofCheckRules(() => _socket);
        var lost = new List<string>();
        foreach (var guard in Guards.ReadAll())
        {
            if (guard.Owner.IsAlive && rules.FindMissing(guard) is { } what)
                lost.Add($"{guard.Owner} ({what})");
        }
        return lost;
    }

    /// <summary>What is missing of the host ports of living attachments.</summary>
    public IReadOnlyList<string> FindLostPorts()
    {
        using var ports = new NodePorts();
        return new HostPortLosses(ports).Find(Ports.ReadAll().FindAll(static record => record.Owner.IsAlive));
    }

    /// <summary>
    /// Whose namespace is gone, and link too, and who left a record of rules: no DEL came. (Where namespaces are seen at other
    /// paths, in a container, the link tells that somebody lives.)
    /// </summary>
    public IReadOnlyList<RecordedAttachment> FindDead()
    {
        var node = new NodeView();
        var dead = new List<RecordedAttachment>();
        foreach (var guard in Guards.ReadAll())
            Add(guard.Owner, SpoofGuard.Format.Kind, guard.Owner.FileName);
        foreach (var record in Ports.ReadAll())
            Add(record.Owner, HostPortRecord.Format.Kind, record.Name);
        return dead;

        void Add(RecordOwner owner, string kind, string name)
        {
            if (!owner.IsAlive && node.FindHostLink(owner.Attachment) is null)
                dead.Add(new RecordedAttachment(owner.Attachment, Path.Combine(root, kind, name)));
        }
    }

    /// <summary>
    /// What is sure to drop a pod's new connections with the world outside, or with pods of its own bridge, and a command that
    /// helps; null: nothing is sure to.
    /// </summary>
    /// <param name="gateway">The link with the pod's gateway.</param>
    public (string What, string Remedy)? FindObstacle(Link gateway, IpAddress pod, ForwardDirection direction)
    {
        var uplink = direction == ForwardDirection.BetweenPods ? gateway : Uplink.Find(links, pod.IsV6);
        // Then the world outside is on the bridge, and the node passes nothing on.
        if (direction != ForwardDirection.BetweenPods && uplink?.Index == gateway.Index)
            return null;
        var path = new ForwardPath(pod, gateway, uplink, IsFromPod: direction != ForwardDirection.ToPod);
        return new ForwardChains(_socket).Find(path) is { } obstacle ? (obstacle.Message, obstacle.Remedy) : null;
    }

    /// <summary>
    /// The families whose rules of kube-proxy are in nftables: those of iptables (nf_tables), or its own.
    /// </summary>
    public IReadOnlyList<bool> FindServiceFamilies()
    {
        var families = new List<bool>();
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            var chains = _socket.ListChains(isV6 ? TableFamily.IPv6 : TableFamily.IPv4);
            if (chains.Exists(static chain => chain.Name == "KUBE-SERVICES" || chain.Table == "kube-proxy"))
                families.Add(isV6);
        }
        return families;
    }

    public void Dispose() => _socket.Dispose();
}

/// <summary>Which way new connections go.</summary>
public enum ForwardDirection
{
    FromPod,
    ToPod,
    BetweenPods,
}
