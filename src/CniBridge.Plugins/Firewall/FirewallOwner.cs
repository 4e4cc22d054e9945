namespace CniBridge.Plugins.Firewall;

/// <summary>The program that writes a chain, which decides how a change lasts.</summary>
enum FirewallOwner
{
    /// <summary>Another program, or a person.</summary>
    Unknown,
    Firewalld,
    Ufw,
}
