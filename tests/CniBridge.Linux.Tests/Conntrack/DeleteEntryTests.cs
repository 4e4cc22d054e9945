using CniBridge.Linux.Conntrack;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Conntrack;

public sealed class DeleteEntryTests
{
    // conntrack writes everything that it knows about the entry. The kernel uses the original tuple, the zone, and the id, which conntrack
    // prints and does not write.
    [Theory]
    [InlineData("conntrack-delete-v4", "conntrack-v4", 0, 642765038)]
    [InlineData("conntrack-delete-v6", "conntrack-v6", 0, 1641260136)]
    [InlineData("conntrack-delete-zone", "conntrack-v4", 5, 156291859)]
    [InlineData("conntrack-delete-zone-of-one-direction", "conntrack-v4", 1, 2673373529)]
    public void An_entry_is_deleted_as_conntrack_does_but_by_its_id_too(string request, string answer, int index, uint id)
    {
        var entry = Answer.Decode(answer, ConntrackEntry.Decode)[index];
        var expected = RequestTree.Decode(Golden.Capture("requests/" + request));
        // CTA_TUPLE_REPLY, CTA_STATUS, CTA_PROTOINFO, CTA_TIMEOUT, CTA_MARK, CTA_SYNPROXY
        Assert.NotEqual(0, expected.RemoveWhere(IsOneOf("32770/", "3 ", "32772/", "7 ", "8 ", "32792/")));
        Assert.True(expected.Add($"12 = {id:x8}"));

        var actual = RequestTree.Decode(Request.Encode(new DeleteEntry(entry), NLM_F_ACK, 1));
        Assert.True(actual.RemoveWhere(IsOneOf("sequence")) == 1 && expected.RemoveWhere(IsOneOf("sequence")) == 1);
        Assert.Equal(expected, actual);
    }

    static Predicate<string> IsOneOf(params string[] beginnings) =>
        line => beginnings.Any(beginning => line.StartsWith(beginning, StringComparison.Ordinal));
}
