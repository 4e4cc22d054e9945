using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.PortMap;

/// <summary>Tests of records, which are found by their attachment and by the comment of any element.</summary>
public sealed class HostPortRecordTests
{
    [Fact]
    public void The_name_of_a_record_is_its_owner_with_commas()
    {
        Assert.Equal("pods,ctr,eth0", HostPortRecord.NameOf(new Attachment("pods", "ctr", "eth0")));
        var longest = HostPortRecord.NameOf(new Attachment(new string('n', 255), new string('c', 255), "fifteen-bytes--"));
        Assert.DoesNotContain('/', longest);
        Assert.InRange(longest.Length, 1, 200);
    }

    [Theory]
    [InlineData("pods/ctr/eth0", "pods,ctr,eth0")]
    [InlineData("", null)]
    [InlineData("somebody", null)]
    [InlineData("..", null)]
    [InlineData("../../etc/passwd", "..,..,etc,passwd")]
    [InlineData("a/b\0", null)]
    public void A_comment_gives_one_record_name_or_none(string comment, string? name) =>
        Assert.Equal(name, HostPortRecord.TryGetName(comment));
}
