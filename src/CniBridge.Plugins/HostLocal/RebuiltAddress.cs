using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal;

/// <summary>An address of a living pod about which something was to be done.</summary>
public sealed record RebuiltAddress(IpAddress Address, Attachment Attachment, RebuildStep Step);
