namespace CniBridge.Node.Cluster.Agent;

/// <summary>Tells when it is worth the while to read a source of nodes again.</summary>
public interface ISourceChanges
{
    /// <summary>How long what was read may be true without being read again.</summary>
    TimeSpan Period { get; }

    /// <summary>Waits until the source may have changed since it was read last, or the deadline is there.</summary>
    void Wait(TimeSpan deadline);
}
