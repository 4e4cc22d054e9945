using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Tests.HostLocal;

public sealed class OwnerRecordTests
{
    static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeSeconds(1_795_000_000);

    static readonly OwnerRecord s_record = new(
        new ReservationOwner("cid1", "eth0"),
        [new(IpAddress.Parse("10.1.2.5"), s_time.AddTicks(1)), new(IpAddress.Parse("fd00::5"), null)],
        new AttachmentOrigin("boot", "/run/netns/a=b", "0:4:77", s_time) { NetnsCookie = ulong.MaxValue });

    const string Text = """
        10.1.2.5 17950000000000001
        fd00::5
        container=cid1
        interface=eth0
        store=/data/pods
        boot=boot
        netns=/run/netns/a=b
        netnsid=0:4:77
        netnscookie=18446744073709551615
        since=1795000000
        end

        """;

    // Earlier versions and old kernels have no cookie.
    [Theory]
    [InlineData("")]
    [InlineData("netnscookie=\n")]
    [InlineData("netnscookie=-1\n")]
    [InlineData("netnscookie=x\n")]
    [InlineData("netnscookie=18446744073709551616\n")]
    public void A_record_without_a_valid_cookie_has_an_unknown_cookie(string line)
    {
        var record = Parse(Text.Replace("netnscookie=18446744073709551615\n", line, StringComparison.Ordinal)).Record;
        Assert.Equal(s_record.Origin! with { NetnsCookie = 0 }, record.Origin);
        Assert.DoesNotContain("netnscookie", Encoding.UTF8.GetString(record.ToBytes("/store")), StringComparison.Ordinal);
    }

    static StoredRecord Parse(string text) => OwnerRecord.Parse(Encoding.UTF8.GetBytes(text));

    static string Show(OwnerRecord record) => $"{record.Owner} {string.Join(' ', record.Entries)} {record.Origin}";

    [Fact]
    public void A_record_survives_writing_and_reading()
    {
        Assert.Equal(Text, Encoding.UTF8.GetString(s_record.ToBytes("/data/pods")));
        var stored = Parse(Text);
        Assert.Equal(Show(s_record), Show(stored.Record));
        Assert.Equal("/data/pods", stored.Store);
    }

    // A crash occurred between writing a shorter text and truncating the longer one.
    [Fact]
    public void Text_after_the_end_of_a_record_is_ignored() =>
        Assert.Equal(Show(s_record), Show(Parse(Text + "10.1.2.6\nnetns=/other\nend\n").Record));

    // Earlier versions wrote addresses only. A record without an end may lack more lines.
    [Theory]
    [InlineData("10.1.2.5\nfd00::5\n")]
    [InlineData("10.1.2.5 17\nfd00::5 18\ncontainer=cid1\nboot=boot\nnetns=/a\nnetnsid=1\nsince=5\n")]
    [InlineData("10.1.2.5\nfd00::5\nboot=boot\nnetns=/a\nnetnsid=1\nend\n")]
    [InlineData("10.1.2.5\nfd00::5\nboot=boot\nnetns=/a\nsince=5\nend\n")]
    [InlineData("10.1.2.5\nfd00::5\nboot=boot\nnetns=/a\nnetnsid=1\nsince=x\nend\n")]
    public void An_incomplete_record_contains_addresses_only(string text)
    {
        var record = Parse(text).Record;
        Assert.Equal(s_record.Addresses, record.Addresses);
        Assert.Null(record.Origin);
    }

    [Fact]
    public void A_record_with_a_line_break_in_a_path_has_no_origin()
    {
        var strange = s_record with { Origin = s_record.Origin! with { Netns = "/a\nend\n" } };
        var stored = Parse(Encoding.UTF8.GetString(strange.ToBytes("/da\nta")));
        Assert.Null(stored.Record.Origin);
        Assert.Null(stored.Store);
        Assert.Equal(s_record.Addresses, stored.Record.Addresses);
    }

    [Theory]
    [InlineData("10.1.2.5")]
    [InlineData("10.1.2.5 ")]
    [InlineData("10.1.2.5 x")]
    [InlineData("10.1.2.5 -5")]
    [InlineData("10.1.2.5 5 5")]
    [InlineData("10.1.2.5 2534023008000000000")]
    [InlineData("10.1.2.5 99999999999999999999999")]
    public void An_address_without_a_time_has_an_unknown_maker(string line) =>
        Assert.Equal([new RecordedAddress(s_record.Addresses[0], null)], Parse(line + "\nend\n").Record.Entries);

    // The existing reservations belong to the previous attachment.
    [Fact]
    public void A_record_for_another_attachment_clears_the_times_of_old_addresses()
    {
        Assert.Same(s_record, s_record.For(s_record.Origin! with { }));
        var other = s_record.For(s_record.Origin! with { Netns = "/other" }).With(s_record.Addresses[1], s_time);
        Assert.Equal([null, s_time], other.Entries.Select(entry => entry.MadeAt));
        Assert.Equal("/other", other.Origin!.Netns);
    }
}
