using System.Text.Json;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>The rule for an attachment: it may send only frames with its own source MAC.</summary>
/// <param name="Port">The name of the host veth.</param>
sealed record SpoofGuard(RecordOwner Owner, string Port, MacAddress Mac)
{
    internal static RecordFormat<SpoofGuard> Format { get; } = new("spoof-check", guard => guard.Owner.FileName, Write, Read);

    static void Write(SpoofGuard guard, Utf8JsonWriter json)
    {
        guard.Owner.Write(json);
        json.WriteString("port", guard.Port);
        json.WriteString("mac", guard.Mac.ToString());
    }

    /// <exception cref="JsonException">A member is missing or wrong, so the text is no record.</exception>
    static SpoofGuard Read(JsonKeys keys)
    {
        if (keys.GetString("port") is not { } port || CniName.WhyNoInterfaceName(port) is not null)
            throw new JsonException("no port");
        if (!MacAddress.TryParse(keys.GetString("mac") ?? "", out var mac))
            throw new JsonException("no mac");
        return new SpoofGuard(RecordOwner.Read(keys), port, mac);
    }
}
