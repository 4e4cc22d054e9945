using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Runtime;

/// <summary>The configuration of one of our plugins, read as its ADD would read it, without a call of the protocol.</summary>
public static class PluginConfiguration
{
    /// <summary>Checks the types of the keys that libcni reads of a plugin of any type (types.PluginConf).</summary>
    /// <param name="path">Where the plugin stands in its file, or empty.</param>
    /// <returns>The plugin's type; null or empty where it has none.</returns>
    /// <exception cref="CniException">Code 6, naming the key.</exception>
    public static string? CheckTypes(byte[] plugin, string path) =>
        CniJson.DecodeOrNull(new JsonText(plugin), AnyPluginJson.Read, "network config", path)?.Type;

    /// <summary>Checks the configuration of one plugin.</summary>
    /// <param name="type">The type of the plugin. Types of other plugins are not checked.</param>
    /// <param name="plugin">The configuration of the plugin, a JSON object.</param>
    /// <exception cref="CniException">The error that ADD would return.</exception>
    public static void Check(string type, string network, string version, byte[] plugin)
    {
        switch (type)
        {
            case "bridge":
                ConfiguredNetwork.Parse(network, version, plugin);
                break;
            case "host-local":
                CheckAddresses(CniRequest.ForReading(network, version, plugin));
                break;
            case "portmap":
                PortMapConfig.Parse(CniRequest.ForReading(network, version, plugin));
                break;
        }
    }

    /// <summary>Checks the IPAM part. With the capability ipRanges it may lack ranges, because the runtime passes them.</summary>
    static void CheckAddresses(CniRequest request)
    {
        var capabilities = CniJson.Decode(request.Config, StatusJson.Read, "network config").Capabilities;
        HostLocalConfig.Parse(request, CniArgs.Parse(""), mayLackRanges: capabilities?.IpRanges == true);
    }
}
