using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Tests.Netlink;

/// <summary>Tests that any answer is decoded or gives an InvalidDataException, and never another exception or an endless loop.</summary>
public sealed class DamagedAnswerTests
{
    public static TheoryData<string> Captures => [.. Golden.Captures("answers/")];

    [Theory]
    [MemberData(nameof(Captures))]
    public void A_whole_answer_is_decoded(string capture) => Answer.DecodeAll(Golden.Capture(capture));

    [Theory]
    [MemberData(nameof(Captures))]
    public void A_datagram_truncated_anywhere_is_decoded_or_refused(string capture)
    {
        var datagram = Golden.Capture(capture);
        for (var length = 0; length < datagram.Length; length++)
            DecodeOrRefuse(datagram.AsSpan(0, length));
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void A_payload_truncated_anywhere_is_decoded_or_refused(string capture)
    {
        var reader = new MessageReader(Golden.Capture(capture));
        while (reader.Read())
        {
            for (var length = 0; length < reader.Payload.Length; length++)
            {
                try
                {
                    Answer.DecodeByType(reader.Type, reader.Flags, reader.Payload[..length]);
                }
                catch (InvalidDataException)
                {
                }
            }
        }
    }

    [Theory]
    [InlineData("answers/")]
    [InlineData("answers/nft-")]
    [InlineData("answers/conntrack-")]
    public void Twenty_thousand_damaged_datagrams_are_decoded_or_refused(string captures)
    {
        // Seeded: the same damage in every run.
#pragma warning disable CA5394
        var random = new Random(20_000);
        var datagrams = Golden.Captures(captures).Select(Golden.Capture).ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var damaged = (byte[])datagrams[random.Next(datagrams.Length)].Clone();
            var places = random.Next(1, 5);
            for (var i = 0; i < places; i++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                DecodeOrRefuse(damaged);
            }
            catch (Exception e) when (e is not InvalidDataException)
            {
                throw new InvalidOperationException($"round {round}: {Convert.ToHexStringLower(damaged)}", e);
            }
        }
#pragma warning restore CA5394
    }

    static void DecodeOrRefuse(ReadOnlySpan<byte> datagram)
    {
        try
        {
            Answer.DecodeAll(datagram);
        }
        catch (InvalidDataException)
        {
        }
    }
}
