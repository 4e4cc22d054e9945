using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Inspection;

/// <summary>An address of a living pod that a rebuild restored, recorded or could not reserve.</summary>
public sealed record RebuiltAddress(IpAddress Address, Attachment Attachment, RebuildStep Step);
