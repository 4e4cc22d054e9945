using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Ipam;

/// <summary>An address and the attachment that has it.</summary>
sealed record AddressUser(string ContainerId, string InterfaceName, IpAddress Address);

/// <summary>A range of addresses for attachments, and the network that contains it.</summary>
sealed record AddressPool(IpAddress First, IpAddress Last, Cidr Subnet);

/// <summary>The address management (IPAM) of one request, as a main plugin uses it.</summary>
interface IAddressManager
{
    /// <summary>True if the container interface must exist before <see cref="Allocate"/>, as DHCP requires.</summary>
    bool NeedsInterface { get; }

    /// <summary>True if the configuration shows that attachments get IPv6 addresses.</summary>
    bool ServesIPv6 { get; }

    /// <summary>The address pools; empty if the configuration does not show them.</summary>
    IReadOnlyList<AddressPool> Pools { get; }

    /// <summary>The directory of the network's reservations; empty: another IPAM plugin keeps them.</summary>
    string Store { get; }

    /// <summary>Returns addresses, routes and DNS settings for the attachment. Pushes the undo of each reservation beside it.</summary>
    CniResult Allocate(Rollback undo);

    /// <summary>Releases all addresses of the attachment.</summary>
    void Release();

    /// <summary>Returns whether the attachment was made for this namespace. Returns null when nothing is recorded.</summary>
    bool? IsRecordedNamespace(NetworkNamespace pod);

    /// <summary>Checks that the attachment has its addresses.</summary>
    /// <exception cref="CniException">The attachment has no address.</exception>
    void Check();

    /// <summary>Releases the addresses of attachments that the request does not list as valid.</summary>
    /// <param name="areLinksGone">False: some of these attachments may still use their addresses.</param>
    void CollectGarbage(bool areLinksGone);

    /// <summary>Returns if an ADD can get an address.</summary>
    /// <exception cref="CniException">No attachment can get an address.</exception>
    void ReportStatus();

    /// <summary>
    /// The last address that each range of the network served before <see cref="Allocate"/>; they show which ranges belonged to it.
    /// </summary>
    IReadOnlyList<IpAddress> LastServed { get; }

    /// <summary>
    /// True if one of <see cref="LastServed"/> is in a range that the network no longer has. This is so for the first ADD of a new
    /// range only.
    /// </summary>
    bool HasMoved { get; }

    /// <summary>Returns the user of each address of the network. The cost grows with the number of pods.</summary>
    IReadOnlyList<AddressUser> ListUsers();

    /// <summary>Returns an address that is reserved for an attachment. Returns null if none is, or if another IPAM plugin knows.</summary>
    IpAddress? FindReservation(Attachment attachment, AddressFamily family);
}
