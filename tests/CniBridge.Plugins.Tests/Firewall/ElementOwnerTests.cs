using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>Tests of the comment of an element: writing, parsing, and the output of nft.</summary>
public sealed class ElementOwnerTests
{
    static readonly MacAddress s_mac = MacAddress.FromBytes([2, 0, 0, 0, 0, 10]);

    static Attachment Of(string container, string network = "pods", string name = "eth0") => new(network, container, name);

    [Fact]
    public void A_comment_contains_network_container_and_interface()
    {
        Assert.Equal("pods/pod1/eth0", ElementOwner.Format(Of("pod1")));
        Assert.Equal("pods/pod1/eth0 02:00:00:00:00:0a", ElementOwner.WithMac(Of("pod1"), s_mac));
    }

    [Theory]
    [InlineData("pods/pod1/eth0 02:00:00:00:00:0a", "pods/pod1/eth0", "02:00:00:00:00:0a")]
    [InlineData("pods/pod1/eth0", "pods/pod1/eth0", null)]
    [InlineData("whose is this", "whose is this", null)]
    [InlineData("", "", null)]
    [InlineData(" 02:00:00:00:00:0a", " 02:00:00:00:00:0a", null)]
    public void A_comment_is_parsed_into_owner_and_MAC(string comment, string owner, string? mac)
    {
        var (read, address) = ElementOwner.Parse(comment);
        Assert.Equal((owner, mac), (read, address?.ToString()));
    }

    static string Long(int length, char last = 'x') => new string('x', length - 1) + last;

    [Fact]
    public void A_comment_is_shortened_only_above_the_maximum_length()
    {
        var fits = Of(Long(ElementOwner.MaxLength - "pods//eth0".Length));
        Assert.Equal($"pods/{fits.ContainerId}/eth0", ElementOwner.Format(fits));
        Assert.Equal(ElementOwner.MaxLength, ElementOwner.Format(fits).Length);
        Assert.Matches("^pods/x{40}~[0-9a-f]{16}$", ElementOwner.Format(Of(fits.ContainerId + "1")));
        var longest = Of(Long(255), Long(255), "fifteen-bytes--");
        Assert.Equal(ElementOwner.MaxLength, ElementOwner.Format(longest).Length);
        Assert.Equal(127, ElementOwner.WithMac(longest, s_mac).Length);
        Assert.Equal((ElementOwner.Format(longest), s_mac), ElementOwner.Parse(ElementOwner.WithMac(longest, s_mac)));
    }

    public static TheoryData<string, string, string> LongNames => new()
    {
        { Long(51), Long(53), "eth0" },
        { Long(52), "ctr", "eth0" },
        { Long(255), Long(255), "fifteen-bytes--" },
        { "pods", Long(100), "eth0" },
        { "pods", Long(255), "ä" },
        { "pods", "ctr", "a\"b" },
        { "pods", "ctr", "ethé" },
    };

    [Theory]
    [MemberData(nameof(LongNames))]
    public void Shortened_comments_stay_distinct_and_nft_can_read_them(string network, string container, string name)
    {
        var owner = ElementOwner.Format(Of(container, network, name));
        Assert.InRange(owner.Length, 1, ElementOwner.MaxLength);
        Assert.Matches("^[a-z0-9~/-]+$", owner);
        Assert.Contains('~', owner);
        Assert.StartsWith(ElementOwner.PrefixOf(network), owner, StringComparison.Ordinal);
        Assert.Equal(owner, ElementOwner.Format(Of(container, network, name)));
        Assert.NotEqual(owner, ElementOwner.Format(Of(container, network, name + "1")));
        Assert.NotEqual(owner, ElementOwner.Format(Of(container + "y", network, name)));
        Assert.NotEqual(owner, ElementOwner.Format(Of(container, network + "y", name)));
    }

    [Fact]
    public void The_prefixes_of_two_networks_differ()
    {
        Assert.Equal("pods/", ElementOwner.PrefixOf("pods"));
        Assert.DoesNotMatch($"^{ElementOwner.PrefixOf("pods")}", ElementOwner.Format(Of("ctr", "pods2")));
        Assert.NotEqual(ElementOwner.PrefixOf(Long(100, 'a')), ElementOwner.PrefixOf(Long(100, 'b')));
        // An upgrade must find the objects of an older version.
        Assert.Equal($"{Long(51)}/", ElementOwner.PrefixOf(Long(51)));
        Assert.Equal("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx~b96a5acbb56db825/", ElementOwner.PrefixOf(Long(64)));
    }
}
