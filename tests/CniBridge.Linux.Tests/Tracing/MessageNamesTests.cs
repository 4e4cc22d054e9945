using System.Runtime.InteropServices;
using CniBridge.Linux.Tests.Headers;
using CniBridge.Linux.Tracing;

namespace CniBridge.Linux.Tests.Tracing;

public sealed class MessageNamesTests
{
    /// <summary>
    /// Returns true for names that follow the pattern of rtnetlink but do not exist in the kernel, because only links can be set.
    /// </summary>
    static bool IsUnused(string name) => name.StartsWith("RTM_SET", StringComparison.Ordinal) && name != "RTM_SETLINK" ||
        name is "RTM_SETNSID";

    static IEnumerable<(string Name, long Value)> Types(int protocol) =>
        from type in Enumerable.Range(1, 0xfff)
        let name = MessageNames.GetType(protocol, (ushort)type)
        where !name.StartsWith("type ", StringComparison.Ordinal) && !IsUnused(name)
        select (name, (long)type);

    [Fact]
    public void Route_message_types_have_the_names_of_the_headers()
    {
        var types = Types(LibC.NETLINK_ROUTE).ToList();
        Assert.InRange(types.Count, 25, 40);
        SystemHeaders.AssertSame(Architecture.X64, types);
    }

    [Fact]
    public void Netfilter_message_types_have_the_names_of_the_headers()
    {
        var types = Types(LibC.NETLINK_NETFILTER).ToList();
        Assert.InRange(types.Count, 25, 40);
        // The lower byte is the message, and the upper byte the subsystem.
        SystemHeaders.AssertSame(Architecture.X64, types.Select(type => (type.Name switch
        {
            _ when type.Name.StartsWith("NFT_", StringComparison.Ordinal) => $"(NFNL_SUBSYS_NFTABLES << 8 | {type.Name})",
            _ when type.Name.StartsWith("IPCTNL_", StringComparison.Ordinal) => $"(NFNL_SUBSYS_CTNETLINK << 8 | {type.Name})",
            _ => type.Name,
        }, type.Value)));
    }

    [Theory]
    [InlineData("RTM_NEWLINK")]
    [InlineData("RTM_DELLINK")]
    [InlineData("RTM_GETLINK")]
    [InlineData("NLMSG_ERROR")]
    public void Flags_have_the_names_of_the_headers(string type)
    {
        var flags = from bit in Enumerable.Range(0, 16)
                    let name = MessageNames.GetFlags(type, (ushort)(1 << bit))
                    where !name.StartsWith("0x", StringComparison.Ordinal)
                    select (name, 1L << bit);
        SystemHeaders.AssertSame(Architecture.X64, flags);
    }

    [Theory]
    [InlineData("RTM_NEWLINK", 0x605, "NLM_F_REQUEST | NLM_F_ACK | NLM_F_EXCL | NLM_F_CREATE")]
    [InlineData("RTM_GETLINK", 0x301, "NLM_F_REQUEST | NLM_F_DUMP")]
    [InlineData("NFT_MSG_DELTABLE", 0x101, "NLM_F_REQUEST | NLM_F_NONREC")]
    [InlineData("NLMSG_ERROR", 0x300, "NLM_F_CAPPED | NLM_F_ACK_TLVS")]
    [InlineData("RTM_NEWLINK", 0x9002, "NLM_F_MULTI | 0x9000")]
    [InlineData("RTM_NEWLINK", 0, "no flags")]
    public void Flags_depend_on_the_message_type(string type, int flags, string expected) =>
        Assert.Equal(expected, MessageNames.GetFlags(type, (ushort)flags));

    [Fact]
    public void Unknown_types_are_printed_as_numbers()
    {
        Assert.Equal("type 0x01f4", MessageNames.GetType(LibC.NETLINK_ROUTE, 500));
        Assert.Equal("type 0x0aff", MessageNames.GetType(LibC.NETLINK_NETFILTER, 0x0aff));
    }
}
