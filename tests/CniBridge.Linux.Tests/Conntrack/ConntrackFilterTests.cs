using CniBridge.Linux.Addresses;
using CniBridge.Linux.Conntrack;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Conntrack;

public sealed class ConntrackFilterTests
{
    const byte Tcp = 6, Udp = 17, Sctp = 132;

    static readonly ConntrackEntry[] Entries =
    [
        .. Answer.Decode("conntrack-v4", ConntrackEntry.Decode),
        .. Answer.Decode("conntrack-v6", ConntrackEntry.Decode),
    ];

    public static TheoryData<ConntrackFilter, string> Matching => new()
    {
        { new(AddressFamily.IPv4, Udp, 5353), "40003 40000 40000" },
        { new(AddressFamily.IPv6, Udp, 5353), "40000" },
        { new(AddressFamily.IPv4, Tcp, 8080), "40001" },
        { new(AddressFamily.IPv4, Tcp, 5353), "" },
        { new(AddressFamily.IPv4, Sctp, 9999), "40002" },
        { new(AddressFamily.IPv4, Udp, 53), "" },
        { new(AddressFamily.IPv4, Udp, 5353) { Destination = IpAddress.Parse("192.0.2.1") }, "40003 40000 40000" },
        { new(AddressFamily.IPv4, Udp, 5353) { Destination = IpAddress.Parse("192.0.2.2") }, "" },
        { new(AddressFamily.IPv4, Udp, 5353) { ReplySource = IpAddress.Parse("10.1.0.7") }, "40000" },
        { new(AddressFamily.IPv4, Udp, 5353) { ReplySourcePort = 5353 }, "40003 40000" },
        { new(AddressFamily.IPv4, Udp, 5353) { ReplySource = IpAddress.Parse("10.1.0.7"), ReplySourcePort = 54 }, "" },
        { new(AddressFamily.IPv6, Udp, 5353) { ReplySource = IpAddress.Parse("fd00:2::7"), ReplySourcePort = 53 }, "40000" },
        { new(AddressFamily.IPv6, Udp, 5353) { ReplySource = IpAddress.Parse("fd00:2::8") }, "" },
    };

    [Theory]
    [MemberData(nameof(Matching))]
    public void A_connection_matches_if_it_meets_all_conditions_of_the_filter(ConntrackFilter filter, string sourcePorts) => Assert.Equal(
        sourcePorts, string.Join(' ', Entries.Where(filter.Matches).Select(entry => entry.Original.SourcePort)));

    // The library writes a whole tuple. Ours has no source, so that it does not identify a single entry.
    [Fact]
    public void A_list_request_equals_that_of_libnetfilter_conntrack() => Request.AssertSameAttributes(
        "conntrack-list-filtered",
        new ListEntries(new(AddressFamily.IPv4, Udp, 5353) { Destination = IpAddress.Parse("192.0.2.1") }),
        NLM_F_DUMP,
        ("32769/32769/1 = 00000000", null),
        ("32769/32770/2 = 0000", null));

    [Fact]
    public void A_deletion_with_all_conditions_has_these_bytes() => Golden.AssertEqual(
        Golden.Bytes("""
            70 00 00 00 02 01 05 00 01 00 00 00 00 00 00 00 ; NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE
            02 00 00 00                                     ; NFPROTO_IPV4
            24 00 01 80                                     ; CTA_TUPLE_ORIG
              0c 00 01 80 08 00 02 00 c0 00 02 01           ; CTA_TUPLE_IP: CTA_IP_V4_DST 192.0.2.1
              14 00 02 80 05 00 01 00 11 00 00 00           ; CTA_TUPLE_PROTO: CTA_PROTO_NUM 17
                          06 00 03 00 14 e9 00 00           ; CTA_PROTO_DST_PORT 5353
            24 00 02 80                                     ; CTA_TUPLE_REPLY
              0c 00 01 80 08 00 01 00 0a 01 00 07           ; CTA_TUPLE_IP: CTA_IP_V4_SRC 10.1.0.7
              14 00 02 80 05 00 01 00 11 00 00 00           ; CTA_TUPLE_PROTO: CTA_PROTO_NUM 17
                          06 00 02 00 00 35 00 00           ; CTA_PROTO_SRC_PORT 53
            14 00 19 80                                     ; CTA_FILTER
              08 00 01 00 2a 00 00 00                       ; CTA_FILTER_ORIG_FLAGS: IP_DST, PROTO_NUM, PROTO_DST_PORT
              08 00 02 00 19 00 00 00                       ; CTA_FILTER_REPLY_FLAGS: IP_SRC, PROTO_NUM, PROTO_SRC_PORT
            """),
        Request.Encode(
            new DeleteMatching(new(AddressFamily.IPv4, Udp, 5353)
            {
                Destination = IpAddress.Parse("192.0.2.1"),
                ReplySource = IpAddress.Parse("10.1.0.7"),
                ReplySourcePort = 53,
            }),
            NLM_F_ACK,
            1));

    [Fact]
    public void A_list_of_one_protocol_has_these_bytes()
    {
        Golden.AssertEqual(
            Golden.Bytes("""
                38 00 00 00 01 01 01 03 01 00 00 00 00 00 00 00 ; NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET
                02 00 00 00                                     ; NFPROTO_IPV4
                10 00 01 80                                     ; CTA_TUPLE_ORIG
                  0c 00 02 80 05 00 01 00 11 00 00 00           ; CTA_TUPLE_PROTO: CTA_PROTO_NUM 17
                14 00 19 80                                     ; CTA_FILTER
                  08 00 01 00 08 00 00 00                       ; CTA_FILTER_ORIG_FLAGS: PROTO_NUM
                  08 00 02 00 00 00 00 00                       ; CTA_FILTER_REPLY_FLAGS
                """),
            Request.Encode(new ListFamily(AddressFamily.IPv4, Udp), NLM_F_DUMP, 1));
        Golden.AssertEqual(
            Golden.Bytes("14 00 00 00 01 01 01 03 01 00 00 00 00 00 00 00 0a 00 00 00"),
            Request.Encode(new ListFamily(AddressFamily.IPv6, null), NLM_F_DUMP, 1));
    }

    public static TheoryData<ConntrackFilter> Deletable =>
    [
        new ConntrackFilter(AddressFamily.IPv4, Udp, 5353),
        new ConntrackFilter(AddressFamily.IPv4, Tcp, 8080) { Destination = IpAddress.Parse("192.0.2.1") },
        new ConntrackFilter(AddressFamily.IPv4, Udp, 5353) { ReplySource = IpAddress.Parse("10.1.0.7") },
        new ConntrackFilter(AddressFamily.IPv6, Tcp, 8080) { ReplySourcePort = 80 },
    ];

    // These are the two conditions under which any kernel deletes no other entry. DeleteMatching explains them.
    [Theory]
    [MemberData(nameof(Deletable))]
    public void The_original_tuple_of_a_deletion_request_is_never_complete(ConntrackFilter filter)
    {
        Assert.True(filter.IsExactInKernel);
        var lines = RequestTree.Decode(Request.Encode(new DeleteMatching(filter), NLM_F_ACK, 1));
        Assert.Contains($"32769/32770/1 = {filter.Protocol:x2}", lines);
        Assert.Contains($"32769/32770/3 = {filter.DestinationPort:x4}", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("32769/32769/1 ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("32769/32769/3 ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("32769/32770/2 ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line is "32793/1 = 28000000" or "32793/1 = 2a000000");
    }

    [Fact]
    public void Filters_with_IPv6_addresses_or_SCTP_ports_are_inexact_in_the_kernel()
    {
        Assert.False(new ConntrackFilter(AddressFamily.IPv6, Udp, 53) { Destination = IpAddress.Parse("fd00:1::1") }.IsExactInKernel);
        Assert.False(new ConntrackFilter(AddressFamily.IPv6, Tcp, 53) { ReplySource = IpAddress.Parse("fd00:1::1") }.IsExactInKernel);
        Assert.False(new ConntrackFilter(AddressFamily.IPv4, Sctp, 9999).IsExactInKernel);
        Assert.True(new ConntrackFilter(AddressFamily.IPv6, Udp, 53).IsExactInKernel);
        Assert.True(new ConntrackFilter(AddressFamily.IPv4, Udp, 53) { Destination = IpAddress.Parse("192.0.2.1") }.IsExactInKernel);
    }

    [Fact]
    public void A_list_request_contains_no_IPv6_addresses()
    {
        var lines = RequestTree.Decode(Request.Encode(
            new ListEntries(
                new(AddressFamily.IPv6, Udp, 53)
                {
                    Destination = IpAddress.Parse("fd00:1::1"),
                    ReplySource = IpAddress.Parse("fd00:2::7")
                }),
            NLM_F_DUMP,
            1));
        Assert.DoesNotContain(lines, line => line.Contains("/32769/", StringComparison.Ordinal));
        Assert.Contains("32793/1 = 28000000", lines);
        Assert.Contains("32793/2 = 08000000", lines);
    }

    [Theory]
    [InlineData(AddressFamily.IPv4, "fd00:1::1", null)]
    [InlineData(AddressFamily.IPv4, null, "fd00:1::1")]
    [InlineData(AddressFamily.IPv4, "192.0.2.1", "fd00:1::1")]
    [InlineData(AddressFamily.IPv6, "192.0.2.1", null)]
    [InlineData(AddressFamily.IPv6, null, "192.0.2.1")]
    [InlineData(AddressFamily.IPv6, "fd00:1::1", "192.0.2.1")]
    public void An_address_of_another_family_than_the_filter_is_refused(AddressFamily family, string? destination, string? replySource)
    {
        var filter = new ConntrackFilter(family, Udp, 53)
        {
            Destination = destination is null ? null : IpAddress.Parse(destination),
            ReplySource = replySource is null ? null : IpAddress.Parse(replySource),
        };
        Assert.Throws<ArgumentException>(filter.Validate);
    }

    [Fact]
    public void A_filter_has_a_readable_text()
    {
        var filter = new ConntrackFilter(AddressFamily.IPv4, Udp, 5353);
        Assert.Equal("IPv4 protocol 17 to port 5353", $"{filter}");
        Assert.Equal(
            "IPv4 protocol 17 to 192.0.2.1 port 5353 answered by 10.1.0.7 port 53",
            $"{filter with
            {
                Destination = IpAddress.Parse("192.0.2.1"),
                ReplySource = IpAddress.Parse("10.1.0.7"),
                ReplySourcePort = 53,
            }}");
        Assert.Equal(
            "IPv6 protocol 6 to port 80 answered from port 8080",
            $"{new ConntrackFilter(AddressFamily.IPv6, Tcp, 80) { ReplySourcePort = 8080 }}");
        Assert.Equal(
            "IPv6 protocol 6 to port 80 answered by fd00:2::7",
            $"{new ConntrackFilter(AddressFamily.IPv6, Tcp, 80) { ReplySource = IpAddress.Parse("fd00:2::7") }}");
    }
}
