using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Configuration;

/// <summary>The keys that only STATUS reads: the arguments that the runtime will add to each request.</summary>
sealed record StatusJson
{
    public CapabilitiesJson? Capabilities { get; init; }

    internal static StatusJson Read(JsonKeys keys) => new()
    {
        Capabilities = keys.GetObject("capabilities", CapabilitiesJson.Read),
    };
}

sealed record CapabilitiesJson
{
    public bool? IpRanges { get; init; }

    internal static CapabilitiesJson Read(JsonKeys keys) => new()
    {
        IpRanges = keys.GetBoolean("ipRanges"),
    };
}
