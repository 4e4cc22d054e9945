using CniBridge.Node.Cluster;

namespace CniBridge.Node.Inspection.Configurations;

/// <summary>
/// The keys that mean something, by where they stand: the path of their object without the numbers of items. A test compares
/// them with conf/cni-bridge.schema.json.
/// </summary>
static class KnownKeys
{
    static readonly string[] s_network = ["cniVersion", "name", "$schema", NodeConflist.OwnerKey];

    static readonly string[] s_list = [.. s_network, "cniVersions", "disableCheck", "disableGC", "loadOnlyInlinedPlugins", "plugins"];

    /// <summary>What any plugin may have; runtimes put the last two in.</summary>
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

    /// <summary>Of a list's own object.</summary>
    internal static IReadOnlyList<string> OfList => s_list;

    /// <summary>Of an object inside a plugin's; null: any may stand there, for it is not ours to know.</summary>
    /// <param name="type">The plugin's.</param>
    /// <param name="ipamType">Of its address management.</param>
    /// <param name="path">Empty for the plugin itself.</param>
    internal static IReadOnlyList<string>? Of(string type, string ipamType, string path) => (type, path) switch
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
