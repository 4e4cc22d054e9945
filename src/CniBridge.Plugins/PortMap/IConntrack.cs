namespace CniBridge.Plugins.PortMap;

/// <summary>
/// The kernel's connection tracking. Packets of a known connection follow its first packet, even if rules have changed since.
/// </summary>
interface IConntrack
{
    /// <summary>Makes the kernel forget connections, in one pass over its table for each family.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    void Forget(IReadOnlyList<StaleConnections> stale);
}
