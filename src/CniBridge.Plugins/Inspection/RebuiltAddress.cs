using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Inspection;

/// <summary>An address of a living pod about which something was to be done.</summary>
public sealed record RebuiltAddress(IpAddress Address, Attachment Attachment, RebuildStep Step);
