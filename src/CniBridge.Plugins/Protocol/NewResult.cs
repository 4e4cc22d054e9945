using System.Text.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>The result format since 1.0.0: keys in alphabetical order, without empty parts.</summary>
static class NewResult
{
    internal static void Write(Utf8JsonWriter json, CniResult result)
    {
        if (!result.Dns.IsEmpty)
            WriteDns(json, result.Dns);
        json.WriteList("interfaces", result.Interfaces, WriteInterface);
        json.WriteList("ips", result.Ips, WriteIp);
        json.WriteList("routes", result.Routes, WriteRoute);
    }

    static void WriteInterface(Utf8JsonWriter json, CniInterface item)
    {
        json.WriteText("mac", item.Mac);
        json.WriteNumberUnlessZero("mtu", item.Mtu);
        json.WriteString("name", item.Name);
        json.WriteText("pciID", item.PciId);
        json.WriteText("sandbox", item.Sandbox);
        json.WriteText("socketPath", item.SocketPath);
    }

    static void WriteIp(Utf8JsonWriter json, CniIp ip)
    {
        json.WriteString("address", ip.Address.ToString());
        json.WriteText("gateway", ip.Gateway?.ToString() ?? "");
        json.WriteNumberIfSet("interface", ip.Interface);
    }

    static void WriteRoute(Utf8JsonWriter json, CniRoute route)
    {
        json.WriteNumberUnlessZero("advmss", route.AdvertisedMss);
        json.WriteString("dst", route.Destination.ToString());
        json.WriteText("gw", route.Gateway?.ToString() ?? "");
        json.WriteNumberUnlessZero("mtu", route.Mtu);
        json.WriteNumberUnlessZero("priority", route.Priority);
        json.WriteNumberIfSet("scope", route.Scope);
        json.WriteNumberIfSet("table", route.Table);
    }

    static void WriteDns(Utf8JsonWriter json, CniDns dns)
    {
        json.WriteStartObject("dns");
        json.WriteText("domain", dns.Domain);
        json.WriteTexts("nameservers", dns.Nameservers);
        json.WriteTexts("options", dns.Options);
        json.WriteTexts("search", dns.Search);
        json.WriteEndObject();
    }
}
