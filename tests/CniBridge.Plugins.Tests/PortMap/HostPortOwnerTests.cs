using System.Text;
using CniBridge.Plugins.PortMap;

namespace CniBridge.Plugins.Tests.PortMap;

/// <summary>The comment by which an element is known, and the name of its record.</summary>
public sealed class HostPortOwnerTests
{
    static string Of(string network, string container = "ctr", string interfaceName = "eth0") =>
        HostPortOwner.Of(new Attachment(network, container, interfaceName));

    static string Long(int length, char last = 'x') => new string('x', length - 1) + last;

    [Fact]
    public void What_fits_is_written_as_it_is()
    {
        Assert.Equal("pods/ctr/eth0", Of("pods"));
        Assert.Equal($"{Long(63)}/{Long(58)}/eth0", Of(Long(63), Long(58)));
        Assert.Equal("pods,ctr,eth0", HostPortOwner.RecordNameOf(Of("pods")));
    }

    public static TheoryData<string, string, string> LongNames => new()
    {
        { Long(64), "ctr", "eth0" },
        { Long(255), Long(255), "fifteen-bytes--" },
        { "pods", Long(120), "eth0" },
        { "pods", Long(255), "ä" },
        { "pods", "ctr", "a\"b" },
        { Long(63), Long(60), "ääääääa" },
    };

    [Theory]
    [MemberData(nameof(LongNames))]
    public void What_does_not_is_cut_and_stays_apart_from_others(string network, string container, string interfaceName)
    {
        var owner = Of(network, container, interfaceName);
        Assert.True(Encoding.UTF8.GetByteCount(owner) <= 127, owner);
        Assert.DoesNotContain('"', owner);
        Assert.StartsWith(HostPortOwner.PrefixOf(network), owner, StringComparison.Ordinal);
        Assert.DoesNotContain('/', HostPortOwner.RecordNameOf(owner));
        Assert.Equal(owner, Of(network, container, interfaceName));
        Assert.NotEqual(owner, Of(network, container, interfaceName + "1"));
        Assert.NotEqual(owner, Of(network, container + "y", interfaceName));
        Assert.NotEqual(owner, Of(network + "y", container, interfaceName));
    }

    [Fact]
    public void No_other_network_begins_like_one()
    {
        Assert.Equal("pods/", HostPortOwner.PrefixOf("pods"));
        Assert.False(Of("pods2").StartsWith(HostPortOwner.PrefixOf("pods"), StringComparison.Ordinal));
        Assert.NotEqual(HostPortOwner.PrefixOf(Long(100, 'a')), HostPortOwner.PrefixOf(Long(100, 'b')));
        // An upgrade must find what an older version made.
        Assert.Equal("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx~b96a5acbb56db825/", HostPortOwner.PrefixOf(Long(64)));
    }

    [Theory]
    [InlineData("pods/ctr/eth0", "pods,ctr,eth0")]
    [InlineData("", null)]
    [InlineData("somebody", null)]
    [InlineData("..", null)]
    [InlineData("../../etc/passwd", "..,..,etc,passwd")]
    [InlineData("a/b\0", null)]
    public void Anybody_s_comment_names_a_record_or_none(string comment, string? name) =>
        Assert.Equal(name, HostPortOwner.TryGetRecordName(comment));
}
