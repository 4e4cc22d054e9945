namespace CniBridge.Plugins.Inspection;

/// <summary>A port mapping from a port of the node to a port of a pod.</summary>
/// <param name="Address">The node address; empty for any address.</param>
public sealed record HostPort(string Protocol, int Port, int ContainerPort, string Address);
