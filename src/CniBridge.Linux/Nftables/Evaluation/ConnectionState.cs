namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>The state that connection tracking assigns to a packet.</summary>
public enum ConnectionState
{
    /// <summary>The packet opens a connection.</summary>
    New,

    /// <summary>The chain sees the packet before connection tracking does.</summary>
    Unknown,

    /// <summary>The packet answers a packet of a connection.</summary>
    Reply,
}
