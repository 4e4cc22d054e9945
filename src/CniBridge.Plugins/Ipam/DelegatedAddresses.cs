using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Ipam;

/// <summary>Addresses from another IPAM plugin: static, dhcp, a script.</summary>
sealed class DelegatedAddresses(string type, CniRequest request) : IAddressManager
{
    readonly IpamPlugin _plugin = new(type, request);

    /// <summary>Creates the address manager and looks for its plugin, so that a missing one fails before any change.</summary>
    internal static DelegatedAddresses ForAdd(string type, CniRequest request)
    {
        var addresses = new DelegatedAddresses(type, request);
        addresses._plugin.Find();
        return addresses;
    }

    public bool NeedsInterface => true;

    public bool ServesIPv6 => false;

    public IReadOnlyList<AddressPool> Pools => [];

    public string Store => "";

    /// <summary>
    /// Runs ADD. Pushes the undo first: a plugin that failed half-way must be told to clean up (CNI specification, "Plugin
    /// Delegation").
    /// </summary>
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

    /// <summary>Runs GC. The plugin decides what to do about links that still exist.</summary>
    public void CollectGarbage(bool areLinksGone) => _plugin.Run("GC");

    public void ReportStatus() => _plugin.Run("STATUS");

    /// <summary>Always empty: only the other plugin knows its former ranges.</summary>
    public IReadOnlyList<IpAddress> LastServed => [];

    public bool HasMoved => false;

    public IReadOnlyList<AddressUser> ListUsers() => [];

    public IpAddress? FindReservation(Attachment attachment, AddressFamily family) => null;
}
