using CniBridge.Node.Cluster.Conflists;
using CniBridge.Plugins.Protocol;
using static CniBridge.Node.ConfigurationKeys.ConfigurationKey;

namespace CniBridge.Node.ConfigurationKeys;

/// <summary>The keys of a network: the header of a list of plugins, or of a single plugin.</summary>
static class NetworkKeys
{
    /// <summary>The keys of a list and of a single plugin.</summary>
    internal static IReadOnlyList<ConfigurationKey> Network { get; } =
    [
        Text("$schema", "The path of this schema, for your editor. Runtimes and plugins ignore the key.", null, "") with
        {
            IsNullable = false,
            IsForRuntime = true,
        },
        Text("cniVersion", "CNI version of the results. CHECK needs 0.4.0 or newer, GC and STATUS need 1.1.0.", null, "\"1.0.0\"") with
        {
            IsNullable = false,
            Values = [.. CniVersion.Supported.Reverse(), ""],
            Default = $"\"{CniVersion.Oldest}\"",
        },
        Text("name", "Name of the network, unique on the node. The reservations are in a directory with this name.",
            TextFormat.NetworkName, "\"podnet\"") with
        {
            IsRequired = true,
            IsNullable = false,
            MaxLength = 255,
        },
        Text(NodeConflist.OwnerKey, "The program that maintains this file. Remove the key to keep your own changes.", null,
            "\"cni-bridge\"") with
        {
            IsNullable = false,
            IsForRuntime = true,
        },
    ];

    internal static ConfigurationKey Plugins =>
        List("plugins",
            "Plugins to run for a pod: in this order on ADD, each with the previous result; in reverse order on DEL.", PluginKeys.Plugin,
            """
            [{ "type": "bridge", "isDefaultGateway": true,
               "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.244.1.0/24" }]] } }]
            """) with
        {
            IsNullable = false,
            IsForRuntime = true,
            MinItems = 1,
        };

    /// <summary>The keys of a list beside its plugins.</summary>
    internal static IReadOnlyList<ConfigurationKey> OfList { get; } =
    [
        List("cniVersions",
            "Further supported CNI versions. A runtime that knows this key uses the highest that it supports.",
            TextItem("", TextFormat.Version, "\"1.0.0\""), """["0.4.0", "1.0.0", "1.1.0"]""") with
        {
            IsNullable = false,
            IsForRuntime = true,
        },
        RuntimeSwitch("disableCheck", "Disables CHECK calls of the runtime, for a chain with plugins that implement it incorrectly."),
        RuntimeSwitch("disableGC", "Disables GC calls of the runtime, for a network that several runtimes share."),
        RuntimeSwitch("loadOnlyInlinedPlugins",
            "Run only the plugins of this file, and not those of the directory with the network's name beside it."),
    ];

    static ConfigurationKey RuntimeSwitch(string name, string meaning) => Switch(name, meaning) with
    {
        Type = KeyType.Boolean | KeyType.Text,
        Format = TextFormat.Truth,
        IsNullable = false,
        IsForRuntime = true,
    };
}
