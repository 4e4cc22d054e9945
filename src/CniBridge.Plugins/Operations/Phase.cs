namespace CniBridge.Plugins.Operations;

/// <summary>The parts of a call's work, in the order in which they come first.</summary>
public enum Phase
{
    /// <summary>Reading and checking environment and configuration.</summary>
    Configuration,

    /// <summary>Reserving or releasing addresses, by host-local or another IPAM plugin.</summary>
    Addresses,

    /// <summary>The bridge and the veth pair, or their end.</summary>
    Link,

    /// <summary>What is done inside the pod.</summary>
    Pod,

    /// <summary>Gateway addresses and forwarding.</summary>
    Gateway,

    /// <summary>nf_tables: masquerading, sources, host ports.</summary>
    Firewall,

    /// <summary>What comes after the last of the others.</summary>
    Rest,
}
