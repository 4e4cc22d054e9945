using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Inspection;

/// <summary>A veth pair between this namespace and another one, as the kernel reports it.</summary>
/// <param name="Host">The host veth.</param>
/// <param name="Attachment">The attachment that the alias of the host veth names; null if another plugin created the pair.</param>
public sealed record PodInterface(Link Host, Attachment? Attachment)
{
    /// <summary>NETWORK/CONTAINER/INTERFACE, or the name of the host veth if there is no attachment.</summary>
    public string Name => Attachment is null ? Host.Name : $"{Attachment.Network}/{Attachment.ContainerId}/{Attachment.InterfaceName}";

    /// <summary>The namespace of the container interface; null if no accessible namespace contains it.</summary>
    public PodNamespace? Namespace { get; init; }

    /// <summary>The container interface; null if it could not be read.</summary>
    public Link? Inside { get; init; }

    /// <summary>The addresses of the container interface, without the IPv6 link-local ones.</summary>
    public IReadOnlyList<Cidr> Addresses { get; init; } = [];

    /// <summary>The routes of the container interface in the main table.</summary>
    public IReadOnlyList<RouteEntry> Routes { get; init; } = [];

    /// <summary>True if there are more addresses or routes than <see cref="PodInterfaces.MaxOfEach"/>; the rest is left out.</summary>
    public bool IsTruncated { get; init; }
}
