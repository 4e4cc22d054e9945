using static CniBridge.Node.ConfigurationKeys.ConfigurationKey;

namespace CniBridge.Node.ConfigurationKeys;

/// <summary>The keys that several plugins have.</summary>
static class PluginKeys
{
    /// <summary>The items of the list of plugins.</summary>
    internal static ConfigurationKey Plugin => new("", KeyType.Object, "One plugin: its type and its configuration.")
    {
        IsNullable = false,
        IsOpen = true,
        Definition = "plugin",
    };

    /// <summary>The keys of every plugin.</summary>
    internal static IReadOnlyList<ConfigurationKey> Any { get; } =
    [
        Text("type", "The plugin: bridge attaches the pod to a Linux bridge, and portmap maps ports of the node to it.", null,
            "\"bridge\", \"loopback\", \"portmap\", \"tuning\"") with
        {
            IsRequired = true,
            IsNullable = false,
            IsForRuntime = true,
            MinLength = 1,
        },
        Object("capabilities", "Values that the runtime may pass to the plugin for each pod, in runtimeConfig.",
            """{ "mac": true, "ips": true }, { "portMappings": true }""",
            Switch("mac", "The pod's MAC address.") with { IsForRuntime = true },
            Switch("ips", "Requested addresses of the pod.") with { IsForRuntime = true },
            Switch("ipRanges", "Address ranges of the pod, so that ipam needs none."),
            Switch("portMappings", "Port mappings of the pod, for portmap.") with { IsForRuntime = true }) with
        {
            IsOpen = true,
            Rules = """ "additionalProperties": { "type": ["boolean", "null"] } """,
        },
        Object("prevResult", "The result of the previous plugin. The runtime sets it; do not write it yourself.",
            """{ "cniVersion": "1.0.0", "interfaces": [], "ips": [] }""") with
        {
            IsOpen = true,
            IsWrittenByRuntime = true,
        },
    ];

    internal static ConfigurationKey Ipam =>
        Object("ipam", "The IPAM plugin, which assigns the pod's addresses. Without it the pod has none (layer 2 only).",
            """{ "type": "host-local", "ranges": [[{ "subnet": "10.244.1.0/24" }]] }""",
            Text("type", "The plugin: host-local with ranges of this node, or another one in CNI_PATH, such as static or dhcp.", null,
                "\"host-local\", \"static\", \"dhcp\"")) with
        {
            IsOpen = true,
            Rules = """
                "if": { "required": ["type"], "properties": { "type": { "const": "host-local" } } },
                "then": { "$ref": "#/definitions/hostLocal" }
                """,
        };

    /// <summary>The keys that all plugins of cni-bridge accept, without the keys inside of their objects.</summary>
    internal static IReadOnlyList<ConfigurationKey> Ours { get; } = [LogLevel, Arguments(), RuntimeConfiguration("{}")];

    internal static ConfigurationKey LogLevel =>
        Text("logLevel", "With debug, each operation of the log is also written to standard error, with the durations of its phases.",
            null, "\"debug\"") with
        {
            Values = ["", "info", "debug"],
            Default = "\"info\"",
        };

    internal static ConfigurationKey Arguments(params IReadOnlyList<ConfigurationKey> ofCni) =>
        Object("args", "Arguments of one pod. The runtime sets them; a configuration file seldom contains any.",
            """{ "cni": { "ips": ["10.244.1.77"] } }""",
            Object("cni", "The arguments of the CNI conventions.", """{ "ips": ["10.244.1.77"] }""", ofCni) with { IsOpen = true }) with
        {
            IsOpen = true,
            IsWrittenByRuntime = true,
        };

    internal static ConfigurationKey RuntimeConfiguration(string examples, params IReadOnlyList<ConfigurationKey> members) =>
        Object("runtimeConfig", "Values for one pod and the plugin's capabilities. The runtime sets them; do not write them yourself.",
            examples, members) with
        {
            IsOpen = true,
            IsWrittenByRuntime = true,
        };
}
