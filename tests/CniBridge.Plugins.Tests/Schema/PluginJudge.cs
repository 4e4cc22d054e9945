using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Tests.Bridge;
using CniBridge.Plugins.Tests.HostLocal;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>The judgement of the plugins about a configuration: everything that ADD and STATUS read before any change.</summary>
static class PluginJudge
{
    /// <summary>The type whose ipam section our plugin reads.</summary>
    const string HostLocal = "host-local";

    /// <summary>Returns the error of the plugins, or null if they accept the configuration.</summary>
    internal static CniException? Refusal(JsonNode configuration)
    {
        var text = configuration.ToJsonString();
        try
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var header = CniJson.Decode(bytes, HeaderJson.Read, "network config");
            CniName.CheckNetworkName(header.Name);
            CniVersion.CheckSupported(string.IsNullOrEmpty(header.CniVersion) ? CniVersion.Oldest : header.CniVersion);
            CniResultReader.ReadPrevious(new JsonText(bytes));
            if (BridgeConfigTests.Parse(text).IpamType is HostLocal)
            {
                HostLocalConfigTests.Parse(text);
                CniJson.Decode(bytes, StatusJson.Read, "network config");
            }
            return null;
        }
        catch (CniException e)
        {
            return e;
        }
    }
}
