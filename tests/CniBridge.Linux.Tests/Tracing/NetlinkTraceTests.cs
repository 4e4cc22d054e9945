using System.Text;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Tracing;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Tracing;

public sealed class NetlinkTraceTests
{
    static string FormatRoute(ReadOnlySpan<byte> datagram) => NetlinkTrace.Format(LibC.NETLINK_ROUTE, datagram);

    [Fact]
    public void A_link_request_is_printed_as_a_tree() => Assert.Equal(
        """
          RTM_NEWLINK, 80 bytes, NLM_F_REQUEST | NLM_F_ACK | NLM_F_EXCL | NLM_F_CREATE, sequence 1795255685, port 0
            ifi_family 0, ifi_type 0, ifi_index 0, ifi_flags 0x1, ifi_change 0x1
            IFLA 1, 10 bytes: 02 11 22 33 44 55
            IFLA 4, 8 bytes: 78 05 00 00
            IFLA 3, 9 bytes: 63 6e 69 30 00 "cni0"
            IFLA 18, 16 bytes
              IFLA_INFO 1, 10 bytes: 62 72 69 64 67 65 "bridge"

        """,
        FormatRoute(Golden.Capture("requests/create-bridge")));

    [Fact]
    public void The_peer_of_a_veth_pair_has_its_own_header()
    {
        var text = FormatRoute(Golden.Capture("requests/create-veth"));
        Assert.Contains(
            """
                IFLA_INFO 2, 80 bytes
                  VETH_INFO 1, 76 bytes
                    ifi_family 0, ifi_type 0, ifi_index 0, ifi_flags 0x0, ifi_change 0x0
                    IFLA 1, 10 bytes: 02 00 00 00 00 02
            """.ReplaceLineEndings("\n  ").Insert(0, "  "), text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_is_printed_message_by_message()
    {
        var text = NetlinkTrace.Format(LibC.NETLINK_NETFILTER, Golden.Capture("requests/nft-masquerade"));
        Assert.StartsWith(
            "  NFNL_MSG_BATCH_BEGIN, 20 bytes, NLM_F_REQUEST, sequence 0, port 0\n    nfgen_family 0, version 0, res_id 10\n",
            text, StringComparison.Ordinal);
        Assert.Contains(
            "\n  NFT_MSG_NEWCHAIN, 104 bytes, NLM_F_REQUEST | NLM_F_CREATE, sequence 3, port 0\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  NFNL_MSG_BATCH_END, ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_printed_with_error_meaning_request_and_text_of_the_kernel()
    {
        var text = FormatRoute(Golden.Capture("answers/refused-mtu-capped"));
        Assert.Matches(
            """
            \A  NLMSG_ERROR, \d+ bytes, NLM_F_CAPPED \| NLM_F_ACK_TLVS, sequence \d+, port \d+
                error -22 \(Invalid argument\), answers RTM_NEWLINK, sequence \d+
                NLMSGERR_ATTR 1, \d+ bytes: [0-9a-f ]+
            """, text);
        Assert.Contains(" \"mtu ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_repeated_request_is_skipped_before_the_text_of_the_kernel() => Assert.Contains(
        "\n    NLMSGERR_ATTR 1, ", FormatRoute(Golden.Capture("answers/refused-mtu")), StringComparison.Ordinal);

    [Fact]
    public void A_success_is_printed_with_error_0() =>
        Assert.Matches(@"\n    error 0, answers RTM_NEWLINK, sequence \d+\n\z", FormatRoute(Golden.Capture("answers/accepted")));

    [Theory]
    [InlineData("web\u001b[2J")]
    [InlineData("a\nnetlink: socket 3 sends")]
    [InlineData("a\u202eb")]
    [InlineData("\u0085")]
    public void Text_that_could_control_a_terminal_is_printed_as_hex_only(string alias)
    {
        var bytes = Encoding.UTF8.GetBytes(alias);
        var text = FormatRoute(Message(16, [.. new byte[16], .. Attribute(20, bytes)]));
        Assert.EndsWith($"\n    IFLA 20, {bytes.Length + 4} bytes: {Spaced(bytes)}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expression_name_that_could_control_a_terminal_is_not_printed()
    {
        var expression = Attribute(1, [.. Attribute(1, "\u001b[2J\0"u8), .. Attribute(2, Attribute(1, [1, 2, 3, 4]))]);
        var text = NetlinkTrace.Format(LibC.NETLINK_NETFILTER, Message(0xa06, [.. new byte[4], .. Attribute(4, expression)]));
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("NFTA_EXPR 1, 9 bytes: 1b 5b 32 4a 00\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_values_take_several_lines()
    {
        var text = FormatRoute(Message(16, [.. new byte[16], .. Attribute(23, new byte[40])]));
        Assert.EndsWith($": {Spaced(new byte[32])}\n      {Spaced(new byte[8])}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Marked_attributes_are_opened_and_deep_nesting_ends()
    {
        byte[] nested = [];
        for (var i = 0; i < 10_000; i++)
            nested = Attribute(0x8000 | 99, nested);
        var text = FormatRoute(Message(16, [.. new byte[16], .. nested]));
        Assert.Contains("\n    IFLA 99, 40000 bytes\n      attribute 99, 39996 bytes\n", text, StringComparison.Ordinal);
        Assert.True(text.Length < 200_000);
    }

    [Fact]
    public void A_cut_datagram_ends_with_its_hex()
    {
        var whole = Golden.Capture("requests/link-up");
        Assert.Equal($"  incomplete message: {Spaced(whole[..20])}\n", FormatRoute(whole.AsSpan(0, 20)));
        Assert.Equal("  incomplete message: 01\n", FormatRoute([1]));
        Assert.Equal("", FormatRoute([]));
    }

    [Fact]
    public void Damaged_attributes_are_printed_as_hex() =>
        Assert.EndsWith($"\n    damaged attributes: {Spaced(new byte[16])} 03 00 01 00\n",
            FormatRoute(Message(16, [.. new byte[16], 3, 0, 1, 0])), StringComparison.Ordinal);

    [Fact]
    public void Any_bytes_are_printed_without_a_failure_and_without_control_characters()
    {
        var captures = Golden.Captures("").Where(name => Golden.Text(name).Length < 20_000).Select(Golden.Capture).ToList();
        // The changes are the same in each run.
#pragma warning disable CA5394
        var random = new Random(1);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = captures[random.Next(captures.Count)].ToArray();
            for (var change = random.Next(1, 8); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var text = NetlinkTrace.Format(
                random.Next(2) == 0 ? LibC.NETLINK_ROUTE : LibC.NETLINK_NETFILTER, bytes.AsSpan(0, random.Next(bytes.Length + 1)));
            Assert.Equal(PrintableText.EscapeLines(text), text);
            Assert.DoesNotContain('\t', text);
        }
#pragma warning restore CA5394
    }

    [Fact]
    public void A_datagram_is_written_at_once_with_the_socket_and_its_size()
    {
        var output = new Recorder();
        INetlinkObserver trace = new NetlinkTrace(output);
        trace.Sending(7, LibC.NETLINK_ROUTE, Golden.Capture("requests/link-up"));
        trace.Received(7, LibC.NETLINK_ROUTE, [1], 1540);
        Assert.StartsWith("netlink: socket 7 sends 32 bytes\n  RTM_NEWLINK, 32 bytes, ", output.Writes[0], StringComparison.Ordinal);
        Assert.Equal("netlink: socket 7 receives 1540 bytes, only 1 fit into the buffer\n", output.Writes[1]);
        Assert.Equal(2, output.Writes.Count);
    }

    sealed class Recorder : StringWriter
    {
        internal List<string> Writes { get; } = [];

        public override void Write(string? value) => Writes.Add(value!);
    }

    static byte[] Message(ushort type, ReadOnlySpan<byte> payload) =>
    [
        .. BitConverter.GetBytes(MessageHeaderSize + payload.Length), .. BitConverter.GetBytes(type),
        .. BitConverter.GetBytes(NLM_F_REQUEST), .. new byte[8], .. payload,
    ];

    static byte[] Attribute(int type, ReadOnlySpan<byte> value)
    {
        byte[] bytes = [.. BitConverter.GetBytes((ushort)(4 + value.Length)), .. BitConverter.GetBytes((ushort)type), .. value];
        return [.. bytes, .. new byte[MessageWriter.Align(bytes.Length) - bytes.Length]];
    }

    static string Spaced(byte[] bytes) => BitConverter.ToString(bytes).Replace('-', ' ').ToLowerInvariant();
}
