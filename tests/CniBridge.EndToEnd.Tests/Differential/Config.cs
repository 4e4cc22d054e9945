namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Configurations in short form for the tables of scenarios.</summary>
static class Config
{
    public const string Ipv4 = """[{"subnet": "10.88.0.0/24"}]""";

    public const string Ipv6 = """[{"subnet": "fd00:88::/64"}]""";

    /// <summary>Returns a configuration of the bridge plugin in the newest version that the Go plugins of Debian 12 support.</summary>
    public static string Bridge(string keys) => Bridge("1.0.0", keys);

    public static string Bridge(string version, string keys) => $$"""
        {"cniVersion": "{{version}}", "name": "podnet", "type": "bridge", "bridge": "cni0", {{keys}}}
        """;

    /// <summary>Returns a bridge that is the default gateway of pods, with keys of host-local besides its type.</summary>
    public static string Gateway(string ipam) => Gateway("1.0.0", ipam);

    public static string Gateway(string version, string ipam) => Bridge(version, $$"""
        "isDefaultGateway": true, "ipam": {"type": "host-local", {{ipam}}}
        """);

    /// <summary>Returns a configuration of host-local as a separate plugin.</summary>
    public static string HostLocal(string ipam, string keys = "") => $$"""
        {"cniVersion": "1.0.0", "name": "podnet", "type": "host-local", {{keys}}
         "ipam": {"type": "host-local", {{ipam}}}
        }
        """;

    public static string Loopback(string version) => $$"""
        {"cniVersion": "{{version}}", "name": "lo", "type": "loopback"}
        """;
}
