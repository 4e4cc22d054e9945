using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using CniBridge.Linux.Conntrack;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Packets;
using CniBridge.Linux.Route.Protocol;
using CniBridge.Linux.XTables;

namespace CniBridge.Linux.Tests.Headers;

public sealed class ConstantsTests
{
    /// <summary>Our constants that have another name or type in the headers.</summary>
    static readonly Dictionary<string, string> Renamed = new()
    {
        [nameof(NetlinkConstants.MessageHeaderSize)] = "NLMSG_HDRLEN",
        [nameof(NetlinkConstants.AttributeHeaderSize)] = "NLA_HDRLEN",
        [nameof(NetlinkConstants.Alignment)] = "NLMSG_ALIGNTO",
        // The constant is an int there, so its upper half is ones.
        [nameof(NetlinkConstants.NLA_TYPE_MASK)] = "(unsigned short)NLA_TYPE_MASK",
    };

    /// <summary>The names that old headers do not have, with the version that added them.</summary>
    static readonly Dictionary<string, string> MayBeUnknown = new()
    {
        ["NETLINK_GET_STRICT_CHK"] = "Linux 4.20; an older kernel refuses the option, which is let pass",
        ["NS_GET_ID"] = "Linux 6.18; an older kernel refuses the request, and a socket in the namespace is asked",
        [nameof(LibC.STATX_INO)] = "statx: Linux 4.11, glibc 2.28",
        [nameof(LibC.STATX_MTIME)] = "statx: Linux 4.11, glibc 2.28",
        [nameof(LibC.STATX_SIZE)] = "statx: Linux 4.11, glibc 2.28",
        [nameof(LibC.STATX_TYPE)] = "statx: Linux 4.11, glibc 2.28",
    };

    /// <summary>The names that no header for programs has. Live tests check their values.</summary>
    static readonly string[] Internal =
    [
        nameof(ConntrackConstants.CTA_FILTER_F_CTA_IP_SRC), nameof(ConntrackConstants.CTA_FILTER_F_CTA_IP_DST),
        nameof(ConntrackConstants.CTA_FILTER_F_CTA_PROTO_NUM), nameof(ConntrackConstants.CTA_FILTER_F_CTA_PROTO_SRC_PORT),
        nameof(ConntrackConstants.CTA_FILTER_F_CTA_PROTO_DST_PORT),
    ];

    static readonly Type[] Types =
    [
        typeof(RouteConstants), typeof(NetlinkConstants), typeof(LibCExtensions), typeof(Errno),
        typeof(NetfilterConstants), typeof(NftConstants), typeof(ExpressionConstants),
        typeof(ConntrackConstants), typeof(XTablesConstants), typeof(PacketConstants),
    ];

    public static MatrixTheoryData<Type, Architecture> TypesAndArchitectures => new(Types, SystemHeaders.Architectures);

    public static TheoryData<Architecture> Architectures => [.. SystemHeaders.Architectures];

    [Theory]
    [MemberData(nameof(TypesAndArchitectures))]
    public void Every_constant_has_the_value_of_the_system_headers(Type type, Architecture architecture) =>
        AssertSame(architecture, Constants(type));

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Every_constant_used_from_the_package_has_the_value_of_the_system_headers(Architecture architecture) =>
        AssertSame(architecture, LibCPackage.UsedConstants(architecture));

    static void AssertSame(Architecture architecture, IEnumerable<(string Name, long Value)> constants)
    {
        var claims = constants.Select(constant => (Renamed.GetValueOrDefault(constant.Name, constant.Name), constant.Value));
        var (wrong, unknown) = SystemHeaders.Check(architecture, claims);
        Assert.Empty(wrong);
        Assert.Empty(unknown.Except(MayBeUnknown.Keys).Except(Internal));
    }

    [Fact]
    public void All_constants_are_compared()
    {
        Assert.True(Constants(typeof(RouteConstants)).Count() >= 50);
        Assert.True(Constants(typeof(NetlinkConstants)).Count() >= 15);
        Assert.True(Constants(typeof(LibCExtensions)).Count() >= 15);
        Assert.True(LibCPackage.UsedConstants(Architecture.Arm64).Count() >= 40);
        Assert.True(Constants(typeof(Errno)).Count() >= 15);
        Assert.True(Constants(typeof(NetfilterConstants)).Count() >= 25);
        Assert.True(Constants(typeof(NftConstants)).Count() >= 60);
        Assert.True(Constants(typeof(ExpressionConstants)).Count() >= 60);
        Assert.True(Constants(typeof(ConntrackConstants)).Count() >= 25);
        Assert.True(Constants(typeof(XTablesConstants)).Count() >= 10);
    }

    [Fact]
    public void All_listed_exceptions_are_existing_constants()
    {
        var names = Types.SelectMany(Constants).Concat(LibCPackage.UsedConstants(Architecture.X64))
            .Select(constant => constant.Name).ToList();
        Assert.Empty(Renamed.Keys.Concat(MayBeUnknown.Keys).Concat(Internal).Except(names));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void A_wrong_value_and_an_unknown_name_are_found(Architecture architecture)
    {
        var (wrong, unknown) = SystemHeaders.Check(architecture, [("EPERM", 1), ("ENOENT", 3), ("ENOSUCHNAME", 4)]);
        Assert.Equal(["ENOENT is not 3"], wrong);
        Assert.Equal(["ENOSUCHNAME"], unknown);
    }

    [Fact]
    public void Values_of_another_architecture_are_found()
    {
        var x64 = LibCPackage.UsedConstants(Architecture.X64).ToList();
        var (wrong, _) = SystemHeaders.Check(Architecture.Arm64, x64);
        Assert.Contains("O_DIRECTORY is not 65536", wrong);
    }

    /// <summary>Returns constants, and the getters of extension properties.</summary>
    static IEnumerable<(string Name, long Value)> Constants(Type type)
    {
        const BindingFlags members = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        foreach (var field in type.GetFields(members).Where(field => field.IsLiteral && field.FieldType != typeof(string)))
            yield return (field.Name, Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture));
        foreach (var getter in type.GetMethods(members).Where(method => method.Name.StartsWith("get_", StringComparison.Ordinal)))
            yield return (getter.Name["get_".Length..], Convert.ToInt64(getter.Invoke(null, null), CultureInfo.InvariantCulture));
    }
}
