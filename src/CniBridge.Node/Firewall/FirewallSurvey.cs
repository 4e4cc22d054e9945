using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Node.Firewall;

/// <summary>A record of rules, and the attachment that it was made for.</summary>
/// <param name="path">The record's file.</param>
public sealed class RecordedAttachment(Attachment attachment, string path)
{
    public Attachment Attachment => attachment;

    public string Path => path;
}

/// <summary>Finds missing rules of ours, and rules of other programs that drop pod traffic. Changes nothing.</summary>
/// <param name="links">A socket of the node's namespace. The caller disposes it.</param>
public sealed class FirewallSurvey(RouteSocket links, string root = StateDirectory.DefaultRoot) : IDisposable
{
    readonly NftSocket _socket = new();
    TrafficSurvey? _traffic;

    Records<SpoofGuard> Guards => new(SpoofGuard.Format, root);

    Records<HostPortRecord> Ports => new(HostPortRecord.Format, root);

    /// <summary>Checks that nftables can be used.</summary>
    /// <exception cref="Linux.KernelException">The kernel has no nftables, or refuses access.</exception>
    public void Try() => _socket.TryGetTable(NetworkMasquerade.TableOf(AddressFamily.IPv4));

    /// <summary>Returns the tables of cni-bridge that are dormant, in nft's notation: the kernel does not run their rules.</summary>
    public IReadOnlyList<string> FindDormantTables()
    {
        var dormant = new List<string>();
        foreach (var table in (ReadOnlySpan<TableName>)
            [NetworkMasquerade.TableOf(AddressFamily.IPv4), NetworkMasquerade.TableOf(AddressFamily.IPv6), SpoofCheckRules.Table])
        {
            if (_socket.TryGetTable(table) is { IsDormant: true })
                dormant.Add(table.ToString());
        }
        return dormant;
    }

    /// <summary>Returns the networks whose masquerade rules are missing or incomplete.</summary>
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

    /// <summary>Returns the attachments whose MAC spoofing rules are missing, each with the missing part.</summary>
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

    /// <summary>Returns one line for each missing part of the host ports of existing attachments.</summary>
    public IReadOnlyList<string> FindLostPorts()
    {
        using var ports = new NodePorts();
        return new HostPortLosses(ports).Find(Ports.ReadAll().FindAll(static record => record.Owner.IsAlive));
    }

    /// <summary>
    /// Returns the stale attachments with a record of rules: their namespace and their host veth no longer exist, but no DEL came. The
    /// host veth counts too, because a container may see namespaces at other paths.
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

    /// <summary>The search for chains that drop traffic of pods.</summary>
    public TrafficSurvey Traffic => _traffic ??= new TrafficSurvey(links, _socket);

    /// <summary>Tells whether host ports lead to pods of a network.</summary>
    public bool HasHostPorts(string network) =>
        Ports.ReadAll().Exists(record => record.Owner.IsAlive && record.Owner.Attachment.Network == network);

    /// <summary>
    /// Returns the address families with nftables rules of kube-proxy, in its own table or in those of iptables
    /// (nf_tables).
    /// </summary>
    public IReadOnlyList<AddressFamily> FindServiceFamilies()
    {
        var families = new List<AddressFamily>();
        foreach (var family in AddressFamilies.All)
        {
            var chains = _socket.ListChains(family.IsV6 ? TableFamily.IPv6 : TableFamily.IPv4);
            if (chains.Exists(static chain => chain.Name == "KUBE-SERVICES" || chain.Table == "kube-proxy"))
                families.Add(family);
        }
        return families;
    }

    public void Dispose() => _socket.Dispose();
}
