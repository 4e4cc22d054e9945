namespace CniBridge.Lab;

/// <summary>The addresses of the lab.</summary>
static class Addresses
{
    /// <summary>Returns the cluster CIDR, which contains all pod CIDRs.</summary>
    public static string Cluster(bool isV6) => isV6 ? "fd00:10:244::/48" : "10.244.0.0/16";

    /// <summary>Returns the pod CIDR with a number.</summary>
    public static string PodRange(int number, bool isV6) => isV6 ? $"fd00:10:244:{number}::/64" : $"10.244.{number}.0/24";

    /// <summary>Returns an address on the LAN. The router has number 1.</summary>
    public static string Lan(int number, bool isV6) => isV6 ? $"fd00:192:168:1::{number}" : $"192.168.1.{number}";

    public static int LanPrefix(bool isV6) => isV6 ? 64 : 24;

    /// <summary>Returns an address on the link between the router (1) and the outside host (10).</summary>
    public static string Outside(int number, bool isV6) => isV6 ? $"2001:db8:113::{number}" : $"203.0.113.{number}";

    public static string Default(bool isV6) => isV6 ? "::/0" : "0.0.0.0/0";
}
