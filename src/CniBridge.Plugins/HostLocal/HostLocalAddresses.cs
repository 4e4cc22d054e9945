using CniBridge.Linux;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal;

/// <summary>Addresses that are managed on this node, in a store of files: host-local, in process.</summary>
sealed class HostLocalAddresses : IAddressManager
{
    readonly HostLocalConfig? _config;
    readonly StorePlace _place;
    readonly ReservationOwner _owner;
    readonly CniDns _dns;
    readonly TextWriter _log;

    HostLocalAddresses(CniRequest request, StorePlace place, HostLocalConfig? config, CniDns dns)
    {
        _config = config;
        _place = place;
        _owner = new ReservationOwner(request.Environment.ContainerId.Trim(), request.Environment.InterfaceName);
        _dns = dns;
        _log = request.Log;
    }

    /// <summary>Checks the whole configuration, and reads resolvConf: what can fail fails before anything changes.</summary>
    internal static HostLocalAddresses ForAdd(CniRequest request, CniArgs args)
    {
        var config = HostLocalConfig.Parse(request, args);
        var dns = config.ResolvConf.Length > 0 ? ResolvConf.Read(config.ResolvConf) : new CniDns();
        return new HostLocalAddresses(request, config.Place, config, dns);
    }

    /// <summary>
    /// Reads only where the store is: a configuration that became invalid, or another range, must not keep the address of
    /// a container that is gone.
    /// </summary>
    internal static HostLocalAddresses ForDelete(CniRequest request)
    {
        var json = CniJson.Decode(request.Config, DeleteJson.Read, "network config");
        var place = StorePlace.Of(request.NetworkName, json.Ipam?.DataDir, json.Ipam?.StateDir);
        return new HostLocalAddresses(request, place, null, new CniDns());
    }

    public CniResult Allocate(Rollback undo)
    {
        var config = _config ?? throw new InvalidOperationException("made for DEL, asked to allocate");
        using var store = ReservationStore.Open(_place, _log);
        // Within the lock an undo uses the open store; after it, the caller's undo opens the store again.
        using var inner = new Rollback(_log);
        var ips = new Allocator(store, _owner).Allocate(config, inner);
        inner.Cancel();
        undo.Push("release the addresses", () => Release(ips));
        return new CniResult { Ips = ips, Routes = config.Routes, Dns = _dns };
    }

    /// <summary>Only what this request reserved; an earlier attachment's addresses are not its to release.</summary>
    void Release(IReadOnlyList<CniIp> ips)
    {
        using var store = ReservationStore.TryOpen(_place, _log);
        foreach (var ip in ips)
            store?.Release(ip.Address.Address, _owner);
    }

    public void Release()
    {
        using var store = ReservationStore.TryOpen(_place, _log);
        foreach (var address in store?.FindByOwner(_owner) ?? [])
            store!.Release(address, _owner);
    }

    /// <summary>Releases the addresses of attachments that do not live.</summary>
    internal static void CollectGarbage(CniRequest request, TextWriter log)
    {
        var json = CniJson.Decode(request.Config, GarbageJson.Read, "network config");
        var valid = ValidAttachments.Parse(json);
        var place = StorePlace.Of(request.NetworkName, json.Ipam?.DataDir, json.Ipam?.StateDir);
        using var store = ReservationStore.TryOpen(place, log);
        store?.ReleaseAllBut(owner => valid.Contains(owner.ContainerId, owner.InterfaceName));
    }

    /// <summary>Could an ADD reserve at all? A full range is not asked for: other ranges and DELs are on their way.</summary>
    /// <exception cref="CniException">Code 5: the data directory cannot be written to.</exception>
    public void ReportStatus()
    {
        var config = _config ?? throw new InvalidOperationException("made for DEL, asked for the status");
        if (SmallFile.WhyNotWritable(_place.Directory) is { } why)
            throw new CniException(CniErrorCode.IoFailure, $"the data directory {_place.Directory} cannot be used: {why}", "ipam.dataDir");
        if (config.RangeSets.Any(set => set.IsV6) && Sysctl.TryRead("net/ipv6/conf/all/forwarding") is null)
        {
            throw new CniException(CniErrorCode.IoFailure,
                "a range is IPv6, and this kernel has IPv6 switched off", "ipv6.disable=1, or no IPv6 module");
        }
    }

    public void Check()
    {
        using var store = ReservationStore.TryOpen(_place, _log);
        if (store is null || store.FindByOwner(_owner).Count == 0)
        {
            throw new CniException(CniErrorCode.Internal,
                $"host-local: Failed to find address added by container {_owner.ContainerId}");
        }
    }
}
