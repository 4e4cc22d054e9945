using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins;

/// <summary>Address management (IPAM) of one request, as a main plugin sees it.</summary>
interface IAddressManager
{
    /// <summary>Addresses, routes and DNS for the attachment; the undo of each reservation is pushed beside it.</summary>
    CniResult Allocate(Rollback undo);

    /// <summary>Releases whatever the attachment has.</summary>
    void Release();

    /// <exception cref="CniException">The attachment has no address.</exception>
    void Check();

    /// <exception cref="CniException">No attachment can get an address.</exception>
    void ReportStatus();
}
