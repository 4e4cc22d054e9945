using System.Buffers;
using System.Text.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>Writes results and errors in the shape of the version asked for (CNI specification, "Success" and "Error").</summary>
public static class CniResultWriter
{
    static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        IndentSize = 4,
        Encoder = new GoJsonEncoder(),
    };

    /// <summary>The older shapes have no place for a result without an address: to be asked before anything is changed.</summary>
    /// <exception cref="CniException">Code 7.</exception>
    public static void CheckConvertible(bool hasAddresses, string version)
    {
        if (!hasAddresses && !CniVersion.HasInterfaces(version))
        {
            throw new CniException(CniErrorCode.InvalidConfig, "cannot convert: no valid IP addresses",
                $"a result of version {version} needs an address, and this network assigns none: use cniVersion 0.3.0 or newer");
        }
    }

    public static byte[] Write(CniResult result, string version) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("cniVersion", version);
        if (!CniVersion.HasInterfaces(version))
            WriteByFamily(json, result);
        else if (CniVersion.IsAtLeast(version, "1.0.0"))
            WriteNew(json, result);
        else
            WriteOld(json, result);
        json.WriteEndObject();
    });

    /// <summary>No cniVersion key: the reference plugins print none, and runtimes do not ask for it.</summary>
    public static byte[] WriteError(int code, string message, string details) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("code", code);
        json.WriteString("msg", message);
        WriteText(json, "details", details);
        json.WriteEndObject();
    });

    /// <summary>The answer to VERSION: one compact line.</summary>
    public static byte[] WriteVersion() => [.. Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("cniVersion", CniVersion.Current);
        WriteTexts(json, "supportedVersions", CniVersion.Supported);
        json.WriteEndObject();
    }, new JsonWriterOptions()), (byte)'\n'];

    static byte[] Write(Action<Utf8JsonWriter> write, JsonWriterOptions? options = null)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, options ?? s_options))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>1.0.0 and newer: keys in alphabetical order, empty parts left out.</summary>
    static void WriteNew(Utf8JsonWriter json, CniResult result)
    {
        if (!result.Dns.IsEmpty)
            WriteDns(json, result.Dns);
        WriteList(json, "interfaces", result.Interfaces, WriteInterface);
        WriteList(json, "ips", result.Ips, WriteIp);
        WriteList(json, "routes", result.Routes, WriteRoute);
    }

    /// <summary>0.3.0 to 0.4.0: addresses say their family, dns is always there.</summary>
    static void WriteOld(Utf8JsonWriter json, CniResult result)
    {
        WriteList(json, "interfaces", result.Interfaces, (_, item) =>
            WriteInterface(json, item with { Mtu = 0, SocketPath = "", PciId = "" }));
        WriteList(json, "ips", result.Ips, (_, ip) =>
        {
            json.WriteString("version", ip.Address.Address.IsV6 ? "6" : "4");
            WriteIp(json, ip);
        });
        WriteList(json, "routes", result.Routes, WriteRoute);
        WriteDns(json, result.Dns);
    }

    /// <summary>0.1.0 and 0.2.0: the first address of each family, with that family's routes.</summary>
    static void WriteByFamily(Utf8JsonWriter json, CniResult result)
    {
        CheckConvertible(result.Ips.Count > 0, CniVersion.Oldest);
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            if (result.Ips.FirstOrDefault(ip => ip.Address.Address.IsV6 == isV6) is not { } first)
                continue;
            json.WriteStartObject(isV6 ? "ip6" : "ip4");
            json.WriteString("ip", first.Address.ToString());
            WriteText(json, "gateway", first.Gateway?.ToString() ?? "");
            var routes = result.Routes.Where(route => route.Destination.Address.IsV6 == isV6);
            WriteList(json, "routes", [.. routes], (_, route) => WriteRoute(json, new CniRoute(route.Destination, route.Gateway)));
            json.WriteEndObject();
        }
        WriteDns(json, result.Dns);
    }

    static void WriteInterface(Utf8JsonWriter json, CniInterface item)
    {
        WriteText(json, "mac", item.Mac);
        WriteNumber(json, "mtu", item.Mtu);
        json.WriteString("name", item.Name);
        WriteText(json, "pciID", item.PciId);
        WriteText(json, "sandbox", item.Sandbox);
        WriteText(json, "socketPath", item.SocketPath);
    }

    static void WriteIp(Utf8JsonWriter json, CniIp ip)
    {
        json.WriteString("address", ip.Address.ToString());
        WriteText(json, "gateway", ip.Gateway?.ToString() ?? "");
        if (ip.Interface is { } index)
            json.WriteNumber("interface", index);
    }

    static void WriteRoute(Utf8JsonWriter json, CniRoute route)
    {
        WriteNumber(json, "advmss", route.AdvertisedMss);
        json.WriteString("dst", route.Destination.ToString());
        WriteText(json, "gw", route.Gateway?.ToString() ?? "");
        WriteNumber(json, "mtu", route.Mtu);
        WriteNumber(json, "priority", route.Priority);
        if (route.Scope is { } scope)
            json.WriteNumber("scope", scope);
        if (route.Table is { } table)
            json.WriteNumber("table", table);
    }

    static void WriteDns(Utf8JsonWriter json, CniDns dns)
    {
        json.WriteStartObject("dns");
        WriteText(json, "domain", dns.Domain);
        WriteTexts(json, "nameservers", dns.Nameservers);
        WriteTexts(json, "options", dns.Options);
        WriteTexts(json, "search", dns.Search);
        json.WriteEndObject();
    }

    static void WriteList<T>(Utf8JsonWriter json, string key, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
            return;
        json.WriteStartArray(key);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteTexts(Utf8JsonWriter json, string key, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return;
        json.WriteStartArray(key);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    static void WriteText(Utf8JsonWriter json, string key, string text)
    {
        if (text.Length > 0)
            json.WriteString(key, text);
    }

    static void WriteNumber(Utf8JsonWriter json, string key, int number)
    {
        if (number != 0)
            json.WriteNumber(key, number);
    }
}
