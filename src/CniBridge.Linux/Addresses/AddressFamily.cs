namespace CniBridge.Linux.Addresses;

/// <summary>The family of an IP address.</summary>
public enum AddressFamily
{
    IPv4,
    IPv6,
}
