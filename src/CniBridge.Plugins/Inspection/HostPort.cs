namespace CniBridge.Plugins.Inspection;

/// <summary>A port of the node that leads to one of a pod.</summary>
/// <param name="Address">Of the node; empty: any.</param>
public sealed record HostPort(string Protocol, int Port, int ContainerPort, string Address);
