using System.Text.Json;
using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.Protocol;

/// <summary>The result formats before 1.0.0: keys in the order of the specification, and dns always present.</summary>
static class OldResult
{
    /// <summary>Writes the format of 0.3.0 to 0.4.0, in which each address names its family.</summary>
    internal static void Write(Utf8JsonWriter json, CniResult result)
    {
        json.WriteList("interfaces", result.Interfaces, WriteInterface);
        json.WriteList("ips", result.Ips, WriteIp);
        json.WriteList("routes", result.Routes, WriteRoute);
        WriteDns(json, result.Dns);
    }

    /// <summary>Writes the format of 0.1.0 and 0.2.0: the first address of each family, with the routes of that family.</summary>
    internal static void WriteByFamily(Utf8JsonWriter json, CniResult result)
    {
        CniResultWriter.CheckConvertible(result.Ips.Count > 0, CniVersion.Oldest);
        foreach (var family in AddressFamilies.All)
        {
            if (result.Ips.FirstOrDefault(ip => ip.Address.Address.Family == family) is not { } first)
                continue;
            json.WriteStartObject(family.IsV6 ? "ip6" : "ip4");
            json.WriteString("ip", first.Address.ToString());
            json.WriteText("gateway", first.Gateway?.ToString() ?? "");
            var routes = result.Routes.Where(route => route.Destination.Address.Family == family);
            json.WriteList("routes", [.. routes], (_, route) => WriteRoute(json, new CniRoute(route.Destination, route.Gateway)));
            json.WriteEndObject();
        }
        WriteDns(json, result.Dns);
    }

    static void WriteInterface(Utf8JsonWriter json, CniInterface item)
    {
        json.WriteString("name", item.Name);
        json.WriteText("mac", item.Mac);
        json.WriteText("sandbox", item.Sandbox);
    }

    static void WriteIp(Utf8JsonWriter json, CniIp ip)
    {
        json.WriteString("version", ip.Address.Address.IsV6 ? "6" : "4");
        json.WriteNumberIfSet("interface", ip.Interface);
        json.WriteString("address", ip.Address.ToString());
        json.WriteText("gateway", ip.Gateway?.ToString() ?? "");
    }

    static void WriteRoute(Utf8JsonWriter json, CniRoute route)
    {
        json.WriteString("dst", route.Destination.ToString());
        json.WriteText("gw", route.Gateway?.ToString() ?? "");
        json.WriteNumberUnlessZero("mtu", route.Mtu);
        json.WriteNumberUnlessZero("advmss", route.AdvertisedMss);
        json.WriteNumberUnlessZero("priority", route.Priority);
        json.WriteNumberIfSet("table", route.Table);
        json.WriteNumberIfSet("scope", route.Scope);
    }

    static void WriteDns(Utf8JsonWriter json, CniDns dns)
    {
        json.WriteStartObject("dns");
        json.WriteTexts("nameservers", dns.Nameservers);
        json.WriteText("domain", dns.Domain);
        json.WriteTexts("search", dns.Search);
        json.WriteTexts("options", dns.Options);
        json.WriteEndObject();
    }
}
