using System.Globalization;
using System.Reflection;
using CniBridge.Linux.Conntrack;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Route;
using CniBridge.Linux.XTables;

namespace CniBridge.Linux.Tests.Headers;

public sealed class ConstantsTests
{
    /// <summary>Ours that the headers call something else, or give another type.</summary>
    static readonly Dictionary<string, string> Renamed = new()
    {
        [nameof(NetlinkConstants.MessageHeaderSize)] = "NLMSG_HDRLEN",
        [nameof(NetlinkConstants.AttributeHeaderSize)] = "NLA_HDRLEN",
        [nameof(NetlinkConstants.Alignment)] = "NLMSG_ALIGNTO",
        // An int there, so that its upper half is ones.
        [nameof(NetlinkConstants.NLA_TYPE_MASK)] = "(unsigned short)NLA_TYPE_MASK",
    };

    /// <summary>Names that headers may be too old for, and since when they are there.</summary>
    static readonly Dictionary<string, string> MayBeUnknown = new()
    {
        [nameof(LibC.NETLINK_GET_STRICT_CHK)] = "Linux 4.20; an older kernel refuses the option, which is let pass",
        [nameof(LibC.STATX_INO)] = "statx: Linux 4.11, glibc 2.28",
        [nameof(LibC.STATX_MTIME)] = "statx: Linux 4.11, glibc 2.28",
        [nameof(LibC.STATX_SIZE)] = "statx: Linux 4.11, glibc 2.28",
        [nameof(LibC.STATX_TYPE)] = "statx: Linux 4.11, glibc 2.28",
    };

    /// <summary>Names that no header for programs has; live tests judge their values.</summary>
    static readonly string[] Internal =
    [
        nameof(ConntrackConstants.CTA_FILTER_F_CTA_IP_SRC), nameof(ConntrackConstants.CTA_FILTER_F_CTA_IP_DST),
        nameof(ConntrackConstants.CTA_FILTER_F_CTA_PROTO_NUM), nameof(ConntrackConstants.CTA_FILTER_F_CTA_PROTO_SRC_PORT),
        nameof(ConntrackConstants.CTA_FILTER_F_CTA_PROTO_DST_PORT),
    ];

    public static TheoryData<Type> Types =>
    [
        typeof(RouteConstants), typeof(NetlinkConstants), typeof(LibC), typeof(Errno),
        typeof(NetfilterConstants), typeof(NftConstants), typeof(ExpressionConstants),
        typeof(ConntrackConstants), typeof(XTablesConstants),
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_constant_has_the_value_of_the_systems_headers(Type type)
    {
        var claims = Constants(type)
            .Select(constant => (Renamed.GetValueOrDefault(constant.Name, constant.Name), constant.Value));
        var (wrong, unknown) = SystemHeaders.Check(claims);
        Assert.Empty(wrong);
        Assert.Empty(unknown.Except(MayBeUnknown.Keys).Except(Internal));
    }

    [Fact]
    public void No_constant_is_overlooked()
    {
        Assert.True(Constants(typeof(RouteConstants)).Count() >= 50);
        Assert.True(Constants(typeof(NetlinkConstants)).Count() >= 15);
        Assert.True(Constants(typeof(LibC)).Count() >= 30);
        Assert.True(Constants(typeof(Errno)).Count() >= 15);
        Assert.True(Constants(typeof(NetfilterConstants)).Count() >= 25);
        Assert.True(Constants(typeof(NftConstants)).Count() >= 60);
        Assert.True(Constants(typeof(ExpressionConstants)).Count() >= 60);
        Assert.True(Constants(typeof(ConntrackConstants)).Count() >= 25);
        Assert.True(Constants(typeof(XTablesConstants)).Count() >= 10);
    }

    [Fact]
    public void Exceptions_are_made_for_constants_that_there_are()
    {
        var names = Types.SelectMany(row => Constants(row.Data)).Select(constant => constant.Name).ToList();
        Assert.Empty(Renamed.Keys.Concat(MayBeUnknown.Keys).Concat(Internal).Except(names));
    }

    [Fact]
    public void A_wrong_value_and_an_unknown_name_are_found()
    {
        var (wrong, unknown) = SystemHeaders.Check([("EPERM", 1), ("ENOENT", 3), ("ENOSUCHNAME", 4)]);
        Assert.Equal(["ENOENT is not 3"], wrong);
        Assert.Equal(["ENOSUCHNAME"], unknown);
    }

    static IEnumerable<(string Name, long Value)> Constants(Type type) => type
        .GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(field => field.IsLiteral && field.FieldType != typeof(string))
        .Select(field => (field.Name, Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)));
}
