using System.Globalization;
using System.Text.Json;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.PortMap;

/// <summary>A port of the node that leads to a port of the pod.</summary>
/// <param name="HostAddress">The address of the node; null: any address of both families.</param>
sealed record PortMapping(TransportProtocol Protocol, ushort HostPort, ushort ContainerPort, IpAddress? HostAddress)
{
    /// <summary>True for any address of the node; <see cref="Serves"/> tells the families.</summary>
    internal bool IsAnywhere => HostAddress is null || HostAddress == Cidr.Default(HostAddress.Family).Address;

    internal bool Serves(AddressFamily family) => HostAddress is null || HostAddress.Family == family;

    /// <summary>True if connections to 127.0.0.0/8 lead to the pod.</summary>
    internal bool ServesLocalhost => Serves(AddressFamily.IPv4) && (IsAnywhere || HostAddress!.ToBytes()[0] == 127);

    /// <summary>tcp, udp, sctp</summary>
    internal string ProtocolName => Protocol.ToString().ToLowerInvariant();

    /// <summary>Parses a port mapping.</summary>
    /// <param name="key">The place of the mapping in the configuration, for errors.</param>
    /// <exception cref="CniException">Code 7.</exception>
    internal static PortMapping Parse(PortMappingJson json, string key) => new(
        ParseProtocol(json.Protocol, key + ".protocol"),
        ParsePort(json.HostPort, key + ".hostPort"),
        ParsePort(json.ContainerPort, key + ".containerPort"),
        CniResultReader.ReadAddress(json.HostIp, key + ".hostIP"));

    /// <summary>Parses the protocol. The default is tcp, as in other programs that publish ports.</summary>
    static TransportProtocol ParseProtocol(string? text, string key) => text?.ToLowerInvariant() switch
    {
        null or "" or "tcp" => TransportProtocol.Tcp,
        "udp" => TransportProtocol.Udp,
        "sctp" => TransportProtocol.Sctp,
        _ => throw CniException.InvalidConfig(key, $"\"{text}\"", "a protocol is tcp, udp or sctp"),
    };

    static ushort ParsePort(int? number, string key) => number is > 0 and <= ushort.MaxValue
        ? (ushort)number
        : throw CniException.InvalidConfig(key, number, $"a port is a number from 1 to {ushort.MaxValue}");

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("protocol", ProtocolName);
        json.WriteNumber("hostPort", HostPort);
        json.WriteNumber("containerPort", ContainerPort);
        if (HostAddress is not null)
            json.WriteString("hostIP", HostAddress.ToString());
        json.WriteEndObject();
    }

    /// <summary>Returns the form for messages: host port 8080/tcp of 192.0.2.1</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"host port {HostPort}/{ProtocolName} of {(IsAnywhere ? "any address" : HostAddress!.ToString())}");
}
