using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Inspection;

/// <summary>Free addresses of a network that the neighbours behind one port of a bridge claim.</summary>
/// <param name="Port">The name of the port.</param>
/// <param name="Attachment">The attachment of the port; null: another plugin made it.</param>
/// <param name="Addresses">In ascending order.</param>
public sealed record PortClaims(string Port, Attachment? Attachment, IReadOnlyList<IpAddress> Addresses);
