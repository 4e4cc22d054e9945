using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>
/// The on/off attributes of a bridge port that cni-bridge sets and compares. The kernel creates a port with all of them off. The bit of
/// a value is the number of its netlink attribute, so that writing, decoding and comparing need no other list.
/// </summary>
[Flags]
public enum PortSettings : ulong
{
    None = 0,

    /// <summary>The port may send frames back through itself.</summary>
    Hairpin = 1UL << IFLA_BRPORT_MODE,

    /// <summary>The port reaches only ports that are not isolated.</summary>
    Isolated = 1UL << IFLA_BRPORT_ISOLATED,

    /// <summary>All of the values above.</summary>
    All = Hairpin | Isolated,
}

public static class PortSettingsExtensions
{
    /// <summary>Returns the setting that a netlink attribute of a bridge port stands for; None for any other attribute.</summary>
    internal static PortSettings FromAttribute(ushort type) =>
        type < sizeof(ulong) * 8 ? (PortSettings)(1UL << type) & PortSettings.All : PortSettings.None;

    /// <summary>Returns the netlink attribute of the setting with the lowest number.</summary>
    internal static ushort FirstAttribute(this PortSettings settings) => (ushort)ulong.TrailingZeroCount((ulong)settings);

    /// <summary>Returns the settings without the one of <see cref="FirstAttribute"/>.</summary>
    internal static PortSettings WithoutFirst(this PortSettings settings) => settings & (PortSettings)((ulong)settings - 1);

    /// <summary>Returns each setting alone, in the order of the netlink attributes.</summary>
    public static IEnumerable<PortSettings> Each(this PortSettings settings)
    {
        for (var rest = settings; rest != PortSettings.None; rest = rest.WithoutFirst())
            yield return rest & ~rest.WithoutFirst();
    }

    /// <summary>Returns the word of a single setting in <c>ip link set … type bridge_slave</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a single setting.</exception>
    public static string ToWord(this PortSettings setting) => setting switch
    {
        PortSettings.Hairpin => "hairpin",
        PortSettings.Isolated => "isolated",
        _ => throw new ArgumentOutOfRangeException(nameof(setting), setting, null),
    };
}
