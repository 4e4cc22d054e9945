namespace CniBridge.Plugins.Timing;

/// <summary>The phases of a call, in the order in which they start.</summary>
public enum Phase
{
    /// <summary>Reading and checking environment and configuration.</summary>
    Configuration,

    /// <summary>Reserving or releasing addresses, by host-local or another IPAM plugin.</summary>
    Addresses,

    /// <summary>Creating or deleting the bridge and the veth pair.</summary>
    Link,

    /// <summary>Work inside the pod.</summary>
    Pod,

    /// <summary>Setting gateway addresses and forwarding.</summary>
    Gateway,

    /// <summary>nf_tables: masquerade, MAC spoofing rules, host ports.</summary>
    Firewall,

    /// <summary>The time after the last of the other phases.</summary>
    Rest,
}
