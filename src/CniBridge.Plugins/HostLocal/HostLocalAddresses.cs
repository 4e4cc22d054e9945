using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Operations;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.HostLocal;

/// <summary>The built-in host-local IPAM: addresses of this node, reserved by files.</summary>
sealed class HostLocalAddresses : IAddressManager
{
    readonly HostLocalConfig? _config;
    readonly StorePlace _place;
    readonly ReservationOwner _owner;
    readonly CniDns _dns;
    readonly CniRequest _request;
    readonly AttachmentNetwork _network;

    HostLocalAddresses(CniRequest request, StorePlace place, HostLocalConfig? config, CniDns dns, AttachmentNetwork network)
    {
        _config = config;
        _place = place;
        _owner = new ReservationOwner(request.Environment.ContainerId.Trim(), request.Environment.InterfaceName);
        _dns = dns;
        _request = request;
        _network = network;
    }

    internal INodeView Node { get; set; } = new NodeView();

    /// <summary>A user of the store that reserves nothing.</summary>
    StoreUser User => new(Node);

    TextWriter Log => _request.Log;

    /// <summary>False: ADD allocates first, so that a full range fails before any change.</summary>
    public bool NeedsInterface => false;

    public bool ServesIPv6 => _config?.RangeSets.Any(set => set.Family.IsV6) == true;

    public IReadOnlyList<AddressPool> Pools
    {
        get
        {
            var pools = new List<AddressPool>();
            foreach (var set in _config?.RangeSets ?? [])
            {
                foreach (var range in set.Ranges)
                    pools.Add(new AddressPool(range.Start, range.End, range.Subnet));
            }
            return pools;
        }
    }

    public string Store => _place.Directory;

    public IReadOnlyList<IpAddress> LastServed { get; private set; } = [];

    public bool HasMoved { get; private set; }

    /// <summary>Validates the whole configuration and reads resolvConf, so that errors occur before any change.</summary>
    internal static HostLocalAddresses ForAdd(CniRequest request, CniArgs args, AttachmentNetwork network) =>
        Create(request, HostLocalConfig.Parse(request, args), network);

    static HostLocalAddresses Create(CniRequest request, HostLocalConfig config, AttachmentNetwork network)
    {
        foreach (var exclusion in config.RangeSets is [var first, ..] ? first.Exclusions : [])
        {
            if (!config.RangeSets.Any(set => set.Ranges.Any(exclusion.Touches)))
                request.Log.WriteLine($"{exclusion}: no range contains these addresses");
        }
        var dns = config.ResolvConf.Length > 0 ? ResolvConf.Read(config.ResolvConf) : new CniDns();
        return new HostLocalAddresses(request, config.Place, config, dns, network);
    }

    /// <summary>Validates the configuration for STATUS. Ranges may be missing if each ADD brings them (capability ipRanges).</summary>
    internal static HostLocalAddresses ForStatus(CniRequest request, CniArgs args)
    {
        var capabilities = CniJson.Decode(request.Config, StatusJson.Read, "network config").Capabilities;
        return Create(request, HostLocalConfig.Parse(request, args, mayLackRanges: capabilities?.IpRanges == true), AttachmentNetwork.None);
    }

    /// <summary>
    /// Reads only the place of the store. DEL must release addresses also when the configuration is invalid or has other ranges.
    /// </summary>
    internal static HostLocalAddresses ForDelete(CniRequest request, AttachmentNetwork network)
    {
        var json = CniJson.Decode(request.Config, DeleteJson.Read, "network config");
        var place = StorePlace.Create(request.NetworkName, json.Ipam?.DataDir, json.Ipam?.StateDir)
            .With(json.Ipam?.LockTimeout, json.Ipam?.ReuseDelay);
        return new HostLocalAddresses(request, place, null, new CniDns(), network);
    }

    public CniResult Allocate(Rollback undo)
    {
        var config = _config ?? throw new InvalidOperationException("an allocation needs the configuration of ADD");
        using var store = ReservationStore.Open(_place, Log, new StoreUser(Node, MakeOrigin()));
        // While the lock is held, an undo uses the open store. Later, the undo of the caller opens the store again.
        using var inner = new Rollback(Log);
        var allocator = new Allocator(store, _owner)
        {
            FindClaim = _network.FindClaim,
            DeleteHostLink = _network.DeleteHostLink is { } delete ? () => delete(_request.Attachment) : null,
            Log = Log,
        };
        var ips = allocator.Allocate(config, inner);
        LastServed = allocator.LastReserved;
        HasMoved = allocator.FormerMarks.Count > 0;
        inner.Cancel();
        undo.Push("release the addresses", () => Undo(allocator));
        return new CniResult { Ips = ips, Routes = config.Routes, Dns = _dns };
    }

    AttachmentOrigin MakeOrigin()
    {
        var netns = _request.RecordedNamespacePath;
        var identity = Node.IdentityOf(netns);
        return new AttachmentOrigin(Node.BootId, netns, identity ?? "", DateTimeOffset.UtcNow)
        {
            NetnsCookie = identity is null ? NamespaceCookie.Unknown : Node.CookieOf(netns),
            Pod = PodName.Parse(_request.Environment.Args),
        };
    }

    /// <summary>Releases only what this request reserved. Addresses of an earlier attachment stay reserved.</summary>
    void Undo(Allocator allocator)
    {
        using var store = ReservationStore.TryOpen(_place, Log, User);
        if (store is null)
            return;
        var failures = new Failures();
        foreach (var address in allocator.Reserved)
            failures.Try(() => store.Release(address, _owner));
        if (allocator.Former is { } former)
            failures.Try(() => store.PutBack(former));
        foreach (var (rangeSet, address) in allocator.FormerMarks)
            failures.Try(() => store.SetLastReserved(rangeSet, address));
        failures.ThrowIfAny("could not release all addresses");
    }

    public bool? IsRecordedNamespace(NetworkNamespace pod) => TryFindRecord()?.Origin is { NetnsId.Length: > 0 } origin
        ? origin.BootId == Node.BootId && origin.NetnsId == pod.GetIdentity() &&
            NamespaceCookie.MayBeSame(origin.NetnsCookie, NamespaceCookie.Of(pod))
        : null;

    OwnerRecord? TryFindRecord() => new OwnerIndex(_place.StateDirectory, _place.Directory).TryFind(_owner, Log);

    /// <summary>
    /// Releases the addresses of the container interface in the store of this network. If it has none there, looks into the stores of other
    /// networks: the network may have been renamed, or its data directory moved, since ADD.
    /// </summary>
    public void Release()
    {
        if (TryRelease(_place))
            return;
        foreach (var stored in OwnerIndex.FindElsewhere(_place.StateDirectory, _owner, _place.Directory))
        {
            var place = _place with { Directory = stored.Store! };
            if (!IsEndOf(stored.Record, place.Network))
                continue;
            _network.DeleteHostLink?.Invoke(new Attachment(place.Network, _owner.ContainerId, _owner.InterfaceName));
            if (TryRelease(place))
                Log.WriteLine($"released {string.Join(' ', stored.Record.Addresses)} in {place.Directory}");
        }
    }

    bool TryRelease(StorePlace place)
    {
        using var store = ReservationStore.TryOpen(place, Log, User);
        if (store is null)
            new OwnerIndex(place.StateDirectory, place.Directory).Forget(_owner, Log);
        return store?.ReleaseAll(_owner) == true;
    }

    /// <summary>
    /// Returns whether the record is of the attachment that DEL is for, or of one that has ended. Equal container and interface names are
    /// no proof.
    /// </summary>
    bool IsEndOf(OwnerRecord record, string network)
    {
        if (record.Origin is not { } origin)
            return false;
        var netns = _request.RecordedNamespacePath;
        if (netns.Length > 0 && origin.Netns == netns)
            return true;
        var proof = new AttachmentLiveness(network, Node);
        return proof.JudgeNamespace(origin).State == LivenessState.Dead &&
            (_network.DeleteHostLink is not null || proof.FindHostLink(record) is null);
    }

    /// <summary>
    /// Releases the addresses of stale attachments, but only after their links are gone: an address in use must stay reserved.
    /// </summary>
    public void CollectGarbage(bool areLinksGone)
    {
        if (!areLinksGone)
            return;
        var valid = ValidAttachments.Parse(CniJson.Decode(_request.Config, GarbageJson.Read, "network config"));
        using var store = ReservationStore.TryOpen(_place, Log, User);
        store?.ReleaseAllBut(owner => valid.Contains(owner.ContainerId, owner.InterfaceName));
    }

    public IReadOnlyList<AddressUser> ListUsers()
    {
        using var store = ReservationStore.TryOpen(_place, Log, User);
        return store?.ListUsers() ?? [];
    }

    public IpAddress? FindReservation(Attachment attachment, AddressFamily family)
    {
        using var store = ReservationStore.TryOpen(_place, Log, User);
        foreach (var set in _config?.RangeSets ?? [])
        {
            if (set.Family == family && store?.FindReservation(attachment, set) is { } address)
                return address;
        }
        return null;
    }

    /// <summary>Checks whether ADD can reserve addresses. A full range is no failure, because a DEL may follow.</summary>
    /// <exception cref="CniException">Code 5: the data directory is not writable, or the kernel has no IPv6 for an IPv6 range.</exception>
    public void ReportStatus()
    {
        if (Directories.WhyNotWritable(_place.Directory) is { } why)
            throw new CniException(CniErrorCode.IoFailure, $"the data directory {_place.Directory} cannot be used: {why}", "ipam.dataDir");
        if (ServesIPv6 && Sysctl.TryRead("net/ipv6/conf/all/forwarding") is null)
        {
            throw new CniException(CniErrorCode.IoFailure,
                "a range is IPv6, but IPv6 is disabled in this kernel", "ipv6.disable=1, or no IPv6 module");
        }
    }

    public void Check()
    {
        using var store = ReservationStore.TryOpen(_place, Log, User);
        if (store?.IsOwner(_owner) != true)
        {
            throw new CniException(CniErrorCode.Internal,
                $"host-local: Failed to find address added by container {_owner.ContainerId}");
        }
    }
}
