namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Configurations, so that a table shows only what a row is about.</summary>
static class Config
{
    public const string Ipv4 = """[{"subnet": "10.88.0.0/24"}]""";

    public const string Ipv6 = """[{"subnet": "fd00:88::/64"}]""";

    /// <summary>Of the bridge plugin, in the newest version that the Go plugins of Debian 12 know.</summary>
    public static string Bridge(string keys) => Bridge("1.0.0", keys);

    public static string Bridge(string version, string keys) => $$"""
        {"cniVersion": "{{version}}", "name": "podnet", "type": "bridge", "bridge": "cni0", {{keys}}}
        """;

    /// <summary>A bridge that is the pods' default gateway, and what host-local is told besides its type.</summary>
    public static string Gateway(string ipam) => Gateway("1.0.0", ipam);

    public static string Gateway(string version, string ipam) => Bridge(version, $$"""
        "isDefaultGateway": true, "ipam": {"type": "host-local", {{ipam}}}
        """);

    /// <summary>Of host-local for itself.</summary>
    public static string HostLocal(string ipam, string keys = "") => $$"""
        {"cniVersion": "1.0.0", "name": "podnet", "type": "host-local", {{keys}}
         "ipam": {"type": "host-local", {{ipam}}}
        }
        """;

    public static string Loopback(string version) => $$"""
        {"cniVersion": "{{version}}", "name": "lo", "type": "loopback"}
        """;
}
