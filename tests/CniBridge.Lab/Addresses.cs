namespace CniBridge.Lab;

/// <summary>Who has which addresses in the lab.</summary>
static class Addresses
{
    /// <summary>All pod CIDRs are in it.</summary>
    public static string Cluster(bool isV6) => isV6 ? "fd00:10:244::/48" : "10.244.0.0/16";

    /// <summary>A range of the cluster's, by its number.</summary>
    public static string PodRange(int number, bool isV6) => isV6 ? $"fd00:10:244:{number}::/64" : $"10.244.{number}.0/24";

    /// <summary>On the LAN: the router has 1.</summary>
    public static string Lan(int number, bool isV6) => isV6 ? $"fd00:192:168:1::{number}" : $"192.168.1.{number}";

    public static int LanPrefix(bool isV6) => isV6 ? 64 : 24;

    /// <summary>On the cable between the router (1) and the host outside (10).</summary>
    public static string Outside(int number, bool isV6) => isV6 ? $"2001:db8:113::{number}" : $"203.0.113.{number}";

    public static string Default(bool isV6) => isV6 ? "::/0" : "0.0.0.0/0";
}
