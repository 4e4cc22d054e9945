using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.PortMap;

/// <summary>The portmap plugin's requests to the kernel; tests have a second implementation.</summary>
interface INodePorts : IDisposable
{
    /// <summary>Returns the name of the link that leads to a pod; null without one, or if a router is between.</summary>
    string? FindLink(IpAddress pod);

    /// <summary>Tells whether the address belongs to the node.</summary>
    bool IsOwn(IpAddress address);

    /// <summary>Returns the kernel's element with the same key, of any owner, or null.</summary>
    SetElement? Find(HostPortElement element);

    /// <summary>Returns all elements with an owner. The cost grows with the number of pods.</summary>
    IReadOnlyList<HostPortElement> List();

    /// <summary>Makes all changes or none. Adds the rules if they do not exist.</summary>
    /// <param name="remakesRules">True: add the rules again, because a part of them is missing.</param>
    /// <exception cref="Linux.KernelException">EEXIST: an element exists already. ENOENT: an element or a rule is missing.</exception>
    void Apply(HostPortChange change, bool remakesRules = false);

    /// <summary>Returns which part of the rules is missing or wrong, or null.</summary>
    string? FindDamage(AddressFamily family);

    /// <summary>Allows packets of 127.0.0.1 to leave through a link, and their replies to return.</summary>
    void AllowLocalhost(string link);

    bool AllowsLocalhost(string link);

    /// <summary>Removes the nftables rules that Go's portmap created for a container.</summary>
    void DeleteGoPorts(string network, string containerId);

    /// <summary>Removes the nftables rules that Go's portmap created for stale containers of a network.</summary>
    void CollectGoPorts(string network, ValidAttachments valid);

    /// <summary>
    /// Takes a lock against removals by other processes. Without it, an element could get another owner between the look at it and its
    /// removal. (Additions need no lock, because the kernel refuses the second one.)
    /// </summary>
    IDisposable Lock();

    /// <summary>Checks that nftables can be used. Changes nothing.</summary>
    /// <exception cref="IOException">The kernel has no nftables, or refuses access.</exception>
    void TryFirewall();
}
