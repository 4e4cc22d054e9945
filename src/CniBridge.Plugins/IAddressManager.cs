using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins;

/// <summary>An address and the attachment that has it.</summary>
sealed record AddressUser(string ContainerId, string InterfaceName, IpAddress Address);

/// <summary>Addresses that are handed out, from one to another, and the network that they lie in.</summary>
sealed record AddressPool(IpAddress First, IpAddress Last, Cidr Subnet);

/// <summary>Address management (IPAM) of one request, as a main plugin sees it.</summary>
interface IAddressManager
{
    /// <summary>Does it ask through the pod's interface, as DHCP does? Then that must be there before.</summary>
    bool NeedsInterface { get; }

    /// <summary>Does it hand out IPv6 addresses, as far as can be known beforehand?</summary>
    bool ServesIPv6 { get; }

    /// <summary>Where its addresses come from; empty where nobody can know beforehand.</summary>
    IReadOnlyList<AddressPool> Pools { get; }

    /// <summary>Addresses, routes and DNS for the attachment; the undo of each reservation is pushed beside it.</summary>
    CniResult Allocate(Rollback undo);

    /// <summary>Releases whatever the attachment has.</summary>
    void Release();

    /// <summary>Returns whether the attachment was made for this namespace. Returns null when nothing is recorded.</summary>
    bool? IsRecordedNamespace(NetworkNamespace pod);

    /// <exception cref="CniException">The attachment has no address.</exception>
    void Check();

    /// <summary>Releases what belongs to attachments that are not in the request's list.</summary>
    /// <param name="areLinksGone">False: some of those may still use their addresses.</param>
    void CollectGarbage(bool areLinksGone);

    /// <exception cref="CniException">No attachment can get an address.</exception>
    void ReportStatus();

    /// <summary>What the network's ranges gave out last before <see cref="Allocate"/>: which ranges were its own.</summary>
    IReadOnlyList<IpAddress> LastServed { get; }

    /// <summary>Is one of those of a range that the network has no more? So it is for the first ADD of a new range alone.</summary>
    bool HasMoved { get; }

    /// <summary>Who has which address of the network; grows with the number of pods.</summary>
    IReadOnlyList<AddressUser> ListUsers();
}
