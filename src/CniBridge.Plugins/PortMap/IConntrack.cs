namespace CniBridge.Plugins.PortMap;

/// <summary>
/// What the kernel remembers of connections: where the first packet went the others go, whatever the rules say meanwhile.
/// </summary>
interface IConntrack
{
    /// <summary>Makes the kernel forget connections, in one pass over its table for each family.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    void Forget(IReadOnlyList<StaleConnections> stale);
}
