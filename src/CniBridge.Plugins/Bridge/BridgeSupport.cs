using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// Keys of the Go plugin whose work is not done here yet. Ignoring one would give a pod less than its configuration says,
/// so ADD refuses it before anything changes (CNI specification, error code 2: the message holds key and value).
/// </summary>
static class BridgeSupport
{
    internal static void RefuseUnsupported(BridgeJson json)
    {
        foreach (var (key, value) in Asked(json))
        {
            if (value is not null)
                throw new CniException(CniErrorCode.UnsupportedField, $"unsupported field: {key} = {value}");
        }
    }

    /// <summary>Each key with its value, or null where the value asks for nothing.</summary>
    static IEnumerable<(string Key, string? Value)> Asked(BridgeJson json) =>
    [
        ("macspoofchk", IfTrue(json.MacSpoofCheck)),
    ];

    static string? IfTrue(bool? value) => value == true ? "true" : null;
}
