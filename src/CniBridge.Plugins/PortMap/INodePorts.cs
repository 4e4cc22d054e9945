using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.PortMap;

/// <summary>What the portmap plugin asks of the kernel, as verbs; the second implementation is the tests'.</summary>
interface INodePorts : IDisposable
{
    /// <summary>Name of the link that a pod is behind; null if there is none, or a router between.</summary>
    string? FindLink(IpAddress pod);

    /// <summary>Is the address one of the node's?</summary>
    bool IsOwn(IpAddress address);

    /// <summary>What is there under the element's key, whosever it is.</summary>
    SetElement? Find(HostPortElement element);

    /// <summary>All elements of all sets that have an owner; grows with the number of pods.</summary>
    IReadOnlyList<HostPortElement> List();

    /// <summary>Makes all changes or none, and the rules if they are not there.</summary>
    /// <param name="remakesRules">Also where they seem to be: something of them is missing.</param>
    /// <exception cref="Linux.KernelException">EEXIST: an element is there already; ENOENT: one is not, or something of the rules.</exception>
    void Apply(HostPortChange change, bool remakesRules = false);

    /// <summary>What of the rules is missing or is not as it should be, in words; null: nothing.</summary>
    string? FindDamage(bool isV6);

    /// <summary>Lets packets of 127.0.0.1 leave by a link, and their answers come back.</summary>
    void AllowLocalhost(string link);

    bool AllowsLocalhost(string link);

    /// <summary>Removes what Go's portmap left in nftables for a container.</summary>
    void DeleteGoPorts(string network, string containerId);

    /// <summary>The same for a network's containers that do not live.</summary>
    void CollectGoPorts(string network, ValidAttachments valid);

    /// <summary>
    /// Keeps others from removing elements until disposed: between a look at an element and its removal it must not become
    /// another's. (Who only adds needs no lock: the kernel refuses the second.)
    /// </summary>
    IDisposable Lock();

    /// <summary>Changes nothing.</summary>
    /// <exception cref="IOException">The kernel has no nftables, or does not let us use it.</exception>
    void TryFirewall();
}
