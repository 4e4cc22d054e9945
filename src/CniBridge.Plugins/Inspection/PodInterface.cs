using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Inspection;

/// <summary>A veth pair that leads from this namespace into another, as the kernel has it.</summary>
/// <param name="Host">The end that is here.</param>
/// <param name="Attachment">Whose it is, as the host's end tells; null: another plugin made it.</param>
public sealed record PodInterface(Link Host, Attachment? Attachment)
{
    /// <summary>NETWORK/CONTAINER/INTERFACE, or the link's name.</summary>
    public string Name => Attachment is null ? Host.Name : $"{Attachment.Network}/{Attachment.ContainerId}/{Attachment.InterfaceName}";

    /// <summary>Where the other end is; null: that namespace could not be looked into.</summary>
    public PodNamespace? Namespace { get; init; }

    /// <summary>The other end; null with its namespace.</summary>
    public Link? Inside { get; init; }

    /// <summary>Those of <see cref="Inside"/> that others can reach: none of scope link.</summary>
    public IReadOnlyList<Cidr> Addresses { get; init; } = [];

    /// <summary>Routes of <see cref="Inside"/> in the main table.</summary>
    public IReadOnlyList<RouteEntry> Routes { get; init; } = [];

    /// <summary>There are more addresses or routes than <see cref="PodInterfaces.MaxOfEach"/>, which are left out.</summary>
    public bool IsTruncated { get; init; }
}
