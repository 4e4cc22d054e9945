namespace CniBridge.Node.Inspection.Configurations;

/// <summary>A finding about a configuration file.</summary>
/// <param name="IsError">True if the network does not work; false if it works, but probably not as intended.</param>
/// <param name="Key">The path of the key, such as plugins[0].mtu; empty for the whole file.</param>
public sealed record ConfigurationFinding(bool IsError, TextPosition Position, string Key, string Message);
