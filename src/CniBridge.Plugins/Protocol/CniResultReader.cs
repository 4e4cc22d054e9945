using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>Makes a result of any version into one of the newest (CNI specification, "Success"; rules of libcni's converters).</summary>
public static class CniResultReader
{
    /// <summary>The prevResult of a request, or null when it has none.</summary>
    /// <exception cref="CniException">Code 6 or 7.</exception>
    internal static CniResult? ReadPrevious(JsonText config)
    {
        var json = CniJson.Decode(config, PreviousJson.Read, "network config");
        return json.PrevResult is null ? null : Read(json.PrevResult, "prevResult");
    }

    /// <summary>A result as a plugin printed it, made into another version's shape.</summary>
    /// <exception cref="CniException">Code 6 or 7.</exception>
    public static byte[] Convert(byte[] result, string version) =>
        CniResultWriter.Write(Read(CniJson.Decode(result, ResultJson.Read, "result"), "result"), version);

    /// <summary>Checks a result as a plugin printed it.</summary>
    /// <param name="version">That of the configuration: of a result that states none.</param>
    /// <exception cref="CniException">Code 6.</exception>
    public static void Check(byte[] result, string plugin, string version) => ReadOther(result, plugin, version);

    /// <summary>A result as another plugin printed it, in the shape of the version that it states.</summary>
    /// <param name="version">Of one that states none.</param>
    /// <exception cref="CniException">Code 6.</exception>
    internal static CniResult ReadOther(byte[] result, string plugin, string version)
    {
        try
        {
            var json = CniJson.DecodeOrNull(new JsonText(result), ResultJson.Read, "result") ?? new ResultJson();
            var stated = string.IsNullOrEmpty(json.CniVersion) ? version : json.CniVersion;
            // Keys of the other shapes mean nothing.
            return Read(CniVersion.HasInterfaces(stated) ? json with { Ip4 = null, Ip6 = null } : OnlyFamilies(json), "result");
        }
        catch (CniException e)
        {
            throw new CniException(CniErrorCode.DecodingFailure, $"could not parse the result of {plugin}: {e.Message}", e.Details);
        }
    }

    static ResultJson OnlyFamilies(ResultJson json) => json with { Interfaces = null, Ips = null, Routes = null };

    /// <param name="key">Where it stands.</param>
    static CniResult Read(ResultJson json, string key)
    {
        var version = string.IsNullOrEmpty(json.CniVersion) ? null : json.CniVersion;
        if (version is not null && !CniVersion.Supported.Contains(version))
        {
            throw new CniException(CniErrorCode.DecodingFailure,
                $"could not parse {key}: unsupported CNI result version \"{version}\"");
        }
        return new CniResult
        {
            Interfaces = [.. Each(json.Interfaces, $"{key}.interfaces", ReadInterface)],
            Ips = [.. ReadFamilies(json, key), .. Each(json.Ips, $"{key}.ips", ReadIp)],
            Routes =
            [
                .. Each(json.Ip4?.Routes, $"{key}.ip4.routes", ReadRoute),
                .. Each(json.Ip6?.Routes, $"{key}.ip6.routes", ReadRoute),
                .. Each(json.Routes, $"{key}.routes", ReadRoute),
            ],
            Dns = ReadDns(json.Dns),
        };
    }

    static IEnumerable<CniIp> ReadFamilies(ResultJson json, string key)
    {
        if (json.Ip4 is { } ip4)
            yield return new CniIp(ReadCidr(ip4.Ip, $"{key}.ip4.ip"), ReadAddress(ip4.Gateway, $"{key}.ip4.gateway"), null);
        if (json.Ip6 is { } ip6)
            yield return new CniIp(ReadCidr(ip6.Ip, $"{key}.ip6.ip"), ReadAddress(ip6.Gateway, $"{key}.ip6.gateway"), null);
    }

    static CniInterface ReadInterface(InterfaceJson json, string key) =>
        new(json.Name ?? "", json.Mac ?? "", json.Sandbox ?? "")
        {
            Mtu = json.Mtu ?? 0,
            SocketPath = json.SocketPath ?? "",
            PciId = json.PciId ?? "",
        };

    static CniIp ReadIp(IpJson json, string key) =>
        new(ReadCidr(json.Address, key + ".address"), ReadAddress(json.Gateway, key + ".gateway"), json.Interface);

    /// <summary>Also used for the routes of a configuration, which have the same form.</summary>
    internal static CniRoute ReadRoute(RouteJson json, string key) =>
        new(ReadCidr(json.Dst, key + ".dst"), ReadAddress(json.Gw, key + ".gw"))
        {
            Mtu = NotNegative(json.Mtu, key + ".mtu") ?? 0,
            AdvertisedMss = NotNegative(json.AdvertisedMss, key + ".advmss") ?? 0,
            Priority = Unsigned(json.Priority, key + ".priority") ?? 0,
            Table = Unsigned(json.Table, key + ".table"),
            Scope = json.Scope is null or (>= 0 and <= 255)
                ? json.Scope
                : throw CniException.InvalidConfig(key + ".scope", json.Scope, "a scope is a number from 0 to 255"),
        };

    internal static CniDns ReadDns(DnsJson? json) => json is null ? new CniDns() : new CniDns
    {
        Nameservers = Texts(json.Nameservers),
        Domain = json.Domain ?? "",
        Search = Texts(json.Search),
        Options = Texts(json.Options),
    };

    static string[] Texts(List<string?>? texts) => [.. (texts ?? []).Select(text => text ?? "")];

    internal static List<TOut> Each<TIn, TOut>(List<TIn?>? items, string key, Func<TIn, string, TOut> read)
        where TIn : class
    {
        var made = new List<TOut>();
        for (var i = 0; i < items?.Count; i++)
        {
            var itemKey = $"{key}[{i.ToString(CultureInfo.InvariantCulture)}]";
            made.Add(read(items[i] ?? throw CniException.InvalidConfig(itemKey, null, "expected an object"), itemKey));
        }
        return made;
    }

    internal static Cidr ReadCidr(string? text, string key) => Cidr.TryParse(text, out var cidr)
        ? cidr
        : throw CniException.InvalidConfig(key, text, $"invalid CIDR address: {text ?? "<nil>"}");

    internal static IpAddress? ReadAddress(string? text, string key)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return IpAddress.TryParse(text, out var address)
            ? address
            : throw CniException.InvalidConfig(key, text, $"invalid IP address: {text}");
    }

    /// <summary>A number of the kernel's: 32 bits without a sign.</summary>
    static uint? Unsigned(long? number, string key) => number is null or (>= 0 and <= uint.MaxValue)
        ? (uint?)number
        : throw CniException.InvalidConfig(key, number, "a number from 0 to 4294967295 is expected");

    static int? NotNegative(int? number, string key) =>
        number is < 0 ? throw CniException.InvalidConfig(key, number, "must not be negative") : number;
}
