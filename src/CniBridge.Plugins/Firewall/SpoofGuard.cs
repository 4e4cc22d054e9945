using System.Text.Json;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>What an attachment may send: frames whose Ethernet source is the MAC that it was given.</summary>
/// <param name="Port">The host's end of its pair.</param>
sealed record SpoofGuard(RecordOwner Owner, string Port, MacAddress Mac)
{
    internal static RecordFormat<SpoofGuard> Format { get; } = new("spoof-check", guard => guard.Owner.FileName, Write, Read);

    static void Write(SpoofGuard guard, Utf8JsonWriter json)
    {
        guard.Owner.Write(json);
        json.WriteString("port", guard.Port);
        json.WriteString("mac", guard.Mac.ToString());
    }

    /// <exception cref="JsonException">Something is missing or wrong: it is no record.</exception>
    static SpoofGuard Read(JsonKeys keys)
    {
        if (keys.Text("port") is not { } port || CniName.WhyNoInterfaceName(port) is not null)
            throw new JsonException("no port");
        if (!MacAddress.TryParse(keys.Text("mac") ?? "", out var mac))
            throw new JsonException("no mac");
        return new SpoofGuard(RecordOwner.Read(keys), port, mac);
    }
}
