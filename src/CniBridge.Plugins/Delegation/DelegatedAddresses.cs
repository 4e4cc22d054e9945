using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Delegation;

/// <summary>Addresses that another's IPAM plugin manages: static, dhcp, a script.</summary>
sealed class DelegatedAddresses(string type, CniRequest request) : IAddressManager
{
    readonly IpamPlugin _plugin = new(type, request);

    /// <summary>Looks for the plugin: what can fail fails before anything changes.</summary>
    internal static DelegatedAddresses ForAdd(string type, CniRequest request)
    {
        var addresses = new DelegatedAddresses(type, request);
        addresses._plugin.Find();
        return addresses;
    }

    public bool NeedsInterface => true;

    public bool ServesIPv6 => false;

    public IReadOnlyList<AddressPool> Pools => [];

    /// <summary>The undo goes first: a plugin that failed half-way must be told to clean up (specification, "Plugin Delegation").</summary>
    public CniResult Allocate(Rollback undo)
    {
        undo.Push($"undo the addresses of {type}", Release);
        var result = CniResultReader.ReadOther(_plugin.Run("ADD"), $"the IPAM plugin {type}", request.Version);
        return result.Ips.Count > 0
            ? result
            : throw new CniException(CniErrorCode.Internal, "IPAM plugin returned missing IP config", $"ipam.type = {type}");
    }

    public void Release() => _plugin.Run("DEL");

    public bool? IsRecordedNamespace(NetworkNamespace pod) => null;

    public void Check() => _plugin.Run("CHECK");

    /// <summary>What it does about links that are still there is its own affair.</summary>
    public void CollectGarbage(bool areLinksGone) => _plugin.Run("GC");

    public void ReportStatus() => _plugin.Run("STATUS");

    /// <summary>Unknown: what is another's to know is never taken for ours.</summary>
    public IReadOnlyList<IpAddress> LastServed => [];

    public bool HasMoved => false;

    public IReadOnlyList<AddressUser> ListUsers() => [];
}
