using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Runtime;

namespace CniBridge.Commands;

/// <summary>The arguments of a runtime as options of the command add: ports, addresses, MAC address and CNI_ARGS.</summary>
sealed class AttachmentArguments
{
    readonly Option<string[]> _ports = new("--port")
    {
        Description = "Host port: [HOST-IP:]HOST-PORT:CONTAINER-PORT[/PROTOCOL], such as 8080:80/tcp. " +
            "Requires the capability portMappings.",
    };

    readonly Option<string[]> _ips = new("--ip") { Description = "Address of the container. Requires the capability ips." };

    readonly Option<string?> _mac = new("--mac") { Description = "MAC address of the container interface. Requires the capability mac." };

    readonly Option<string[]> _pairs = new("--args")
    {
        Description = "KEY=VALUE of CNI_ARGS, such as K8S_POD_NAME=web-0. Replaces the variable CNI_ARGS.",
    };

    internal void AddTo(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option>)[_ports, _ips, _mac, _pairs])
            command.Add(option);
    }

    /// <exception cref="RuntimeException">A value is invalid.</exception>
    internal RuntimeArguments Parse(ParseResult parsed)
    {
        var capabilities = new JsonObject();
        if (parsed.GetValue(_ports) is { Length: > 0 } ports)
            capabilities["portMappings"] = new JsonArray([.. ports.Select(ParsePort)]);
        if (parsed.GetValue(_ips) is { Length: > 0 } ips)
            capabilities["ips"] = new JsonArray([.. ips.Select(ParseAddress)]);
        if (parsed.GetValue(_mac) is { } mac)
            capabilities["mac"] = ParseMac(mac);
        return new RuntimeArguments { Capabilities = capabilities, Pairs = [.. (parsed.GetValue(_pairs) ?? []).Select(ParsePair)] };
    }

    static JsonObject ParsePort(string text)
    {
        var (mapping, protocol) = text.Split('/') switch
        {
            [var alone] => (alone, "tcp"),
            [var before, "tcp" or "udp" or "sctp"] => (before, text.Split('/')[1]),
            _ => throw InvalidPort(text),
        };
        var last = mapping.LastIndexOf(':');
        var host = last < 0 ? throw InvalidPort(text) : mapping[..last];
        var address = "";
        if (host.LastIndexOf(':') is >= 0 and var colon)
        {
            address = host[..colon].Trim('[', ']');
            host = host[(colon + 1)..];
            if (!IpAddress.TryParse(address, out _))
                throw InvalidPort(text);
        }
        var port = new JsonObject
        {
            ["hostPort"] = ParseNumber(host, text),
            ["containerPort"] = ParseNumber(mapping[(last + 1)..], text),
            ["protocol"] = protocol,
        };
        if (address.Length > 0)
            port["hostIP"] = address;
        return port;
    }

    static int ParseNumber(string number, string text) =>
        ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? port : throw InvalidPort(text);

    static RuntimeException InvalidPort(string text) => new(
        $"invalid --port \"{text}\": use [HOST-IP:]HOST-PORT:CONTAINER-PORT[/tcp, udp or sctp], such as 8080:80/tcp or [::1]:8080:80");

    static JsonValue ParseAddress(string text) => IpAddress.TryParse(text, out _) || Cidr.TryParse(text, out _)
        ? JsonValue.Create(text)
        : throw new RuntimeException($"invalid --ip \"{text}\": use an IPv4 or IPv6 address, with or without a prefix length");

    static JsonValue ParseMac(string text) => MacAddress.TryParse(text, out _)
        ? JsonValue.Create(text)
        : throw new RuntimeException($"invalid --mac \"{text}\": use an address such as 02:00:00:00:00:01");

    static KeyValuePair<string, string> ParsePair(string text) =>
        text.Split('=') is [{ Length: > 0 } key, var value] && !text.Contains(';', StringComparison.Ordinal)
            ? new KeyValuePair<string, string>(key, value)
            : throw new RuntimeException($"invalid --args \"{text}\": use KEY=VALUE without ';'; repeat the option for more pairs");
}
