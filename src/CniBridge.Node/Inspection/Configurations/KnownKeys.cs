using CniBridge.Node.Cluster.Conflists;

namespace CniBridge.Node.Inspection.Configurations;

/// <summary>
/// The known configuration keys by the path of their object, without array indexes. A test compares them with
/// conf/cni-bridge.schema.json.
/// </summary>
static class KnownKeys
{
    static readonly string[] s_network = ["cniVersion", "name", "$schema", NodeConflist.OwnerKey];

    static readonly string[] s_list = [.. s_network, "cniVersions", "disableCheck", "disableGC", "loadOnlyInlinedPlugins", "plugins"];

    /// <summary>The keys of every plugin. Runtimes add runtimeConfig and prevResult.</summary>
    static readonly string[] s_plugin = [.. s_network, "type", "logLevel", "capabilities", "args", "runtimeConfig", "prevResult"];

    static readonly string[] s_bridge =
    [
        .. s_plugin, "bridge", "isGateway", "isDefaultGateway", "forceAddress", "ipMasq", "isMasq", "ipMasqBackend",
        "nonMasqueradeCIDRs", "mtu", "hairpinMode", "promiscMode", "vlan", "vlanTrunk", "preserveDefaultVlan", "macspoofchk",
        "enabledad", "disableContainerInterface", "portIsolation", "dns", "ipam",
    ];

    static readonly string[] s_portMap =
        [.. s_plugin, "snat", "masqAll", "backend", "markMasqBit", "externalSetMarkChain", "conditionsV4", "conditionsV6"];

    static readonly string[] s_hostLocal =
    [
        "type", "ranges", "subnet", "rangeStart", "rangeEnd", "gateway", "routes", "dataDir", "exclude", "reuseDelay",
        "lockTimeout", "stateDir", "resolvConf",
    ];

    /// <summary>The top-level keys of a network configuration list.</summary>
    internal static IReadOnlyList<string> OfList => s_list;

    /// <summary>Returns the known keys of an object in a plugin's configuration; null if any key is allowed there.</summary>
    /// <param name="type">The type of the plugin.</param>
    /// <param name="ipamType">The type of its IPAM plugin.</param>
    /// <param name="path">The path of the object; empty for the plugin itself.</param>
    internal static IReadOnlyList<string>? Find(string type, string ipamType, string path) => (type, path) switch
    {
        ("bridge", "") => s_bridge,
        ("portmap", "") => s_portMap,
        ("loopback", "") => s_plugin,
        ("bridge", "vlanTrunk[]") => ["id", "minID", "maxID"],
        ("bridge", "dns") => ["nameservers", "domain", "search", "options"],
        ("bridge", _) when ipamType == "host-local" => path switch
        {
            "ipam" => s_hostLocal,
            "ipam.ranges[][]" => ["subnet", "rangeStart", "rangeEnd", "gateway"],
            "ipam.routes[]" => ["dst", "gw", "mtu", "advmss", "priority", "table", "scope"],
            _ => null,
        },
        _ => null,
    };
}
