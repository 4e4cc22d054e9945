using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Netlink;

public sealed class AcknowledgementTests
{
    const int NetworkUnreachable = 101;

    [Theory]
    [InlineData("accepted", 0, null)]
    [InlineData("refused-exists", Errno.EEXIST, null)]
    [InlineData("refused-no-such-link", Errno.ENODEV, null)]
    [InlineData("refused-gateway", NetworkUnreachable, "Nexthop has invalid gateway")]
    [InlineData("refused-mtu", Errno.EINVAL, "mtu less than device minimum")]
    [InlineData("refused-mtu-capped", Errno.EINVAL, "mtu less than device minimum")]
    public void Messages_of_the_kernel_are_decoded(string capture, int errno, string? text)
    {
        var payload = Answer.Payload(capture, out var flags);
        Assert.Equal(new Acknowledgement(errno, text), Acknowledgement.Decode(payload, flags));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    public void A_truncated_message_is_refused(int length) =>
        Assert.Throws<InvalidDataException>(() => Acknowledgement.Decode(new byte[length], 0));

    [Theory]
    [InlineData("", null)]
    [InlineData("08 00 01 00 68 69 21 00", "hi!")]
    [InlineData("07 00 01 00 68 69 21", "hi!")]
    [InlineData("08 00 02 00 04 00 00 00 06 00 01 00 68 69", "hi")]
    [InlineData("08 00 02 00 04 00 00 00", null)]
    [InlineData("08", null)]
    [InlineData("00 00 01 00 68 69 21 00", null)]
    [InlineData("03 00 01 00 68 69 21 00", null)]
    [InlineData("09 00 01 00 68 69 21 00", null)]
    [InlineData("ff ff 01 00 68 69 21 00", null)]
    [InlineData("05 00 02 00 04", null)]
    public void Damaged_attributes_do_not_hide_the_error_number(string attributes, string? text) => Assert.Equal(
        new Acknowledgement(Errno.EINVAL, text),
        Acknowledgement.Decode([.. Capped, .. Golden.Bytes(attributes)], NLM_F_CAPPED | NLM_F_ACK_TLVS));

    // Without a cap, the text starts after the request, whose length may be wrong.
    [Theory]
    [InlineData("00 00 00 00")]
    [InlineData("0f 00 00 00")]
    [InlineData("11 00 00 00")]
    [InlineData("15 00 00 00")]
    [InlineData("18 00 00 00")]
    [InlineData("19 00 00 00")]
    [InlineData("00 00 01 00")]
    [InlineData("fb ff ff 7f")]
    [InlineData("fc ff ff 7f")]
    [InlineData("ff ff ff 7f")]
    [InlineData("00 00 00 80")]
    [InlineData("fc ff ff ff")]
    [InlineData("ff ff ff ff")]
    public void A_lying_length_of_the_request_does_not_hide_the_error_number(string length)
    {
        for (var rest = 0; rest <= 9; rest++)
        {
            byte[] payload = [.. Capped[..4], .. Golden.Bytes(length), .. Capped[8..], .. new byte[rest]];
            Assert.Equal(Errno.EINVAL, Acknowledgement.Decode(payload, NLM_F_ACK_TLVS).Errno);
        }
    }

    [Fact]
    public void Attributes_are_read_only_if_the_flag_is_set() => Assert.Null(
        Acknowledgement.Decode([.. Capped, .. Golden.Bytes("08 00 01 00 68 69 21 00")], NLM_F_CAPPED).Text);

    static byte[] Capped => Golden.Bytes(
        """
        ea ff ff ff ; error -22
        10 00 00 00 ; msg.nlmsg_len 16
        10 00       ; msg.nlmsg_type
        05 00       ; msg.nlmsg_flags
        07 00 00 00 ; msg.nlmsg_seq
        00 00 00 00 ; msg.nlmsg_pid
        """);
}
