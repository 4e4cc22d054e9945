namespace CniBridge.Node.Inspection.Configurations;

/// <summary>Something about a configuration file.</summary>
/// <param name="IsError">The network does not work so; else it does, but hardly as it was meant.</param>
/// <param name="Key">Its path in the file, or empty.</param>
public sealed record ConfigurationFinding(bool IsError, TextPosition Position, string Key, string Message);
