using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Firewall;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>What nft prints behind an element, and what is read of it again.</summary>
public sealed class ElementOwnerTests
{
    static readonly MacAddress s_mac = MacAddress.FromBytes([2, 0, 0, 0, 0, 10]);

    static Attachment Of(string container, string network = "pods", string name = "eth0") => new(network, container, name);

    [Fact]
    public void An_owner_is_network_container_and_interface()
    {
        Assert.Equal("pods/pod1/eth0", ElementOwner.Of(Of("pod1")));
        Assert.Equal("pods/pod1/eth0 02:00:00:00:00:0a", ElementOwner.WithMac(Of("pod1"), s_mac));
    }

    [Theory]
    [InlineData("pods/pod1/eth0 02:00:00:00:00:0a", "pods/pod1/eth0", "02:00:00:00:00:0a")]
    [InlineData("pods/pod1/eth0", "pods/pod1/eth0", null)]
    [InlineData("whose is this", "whose is this", null)]
    [InlineData("", "", null)]
    [InlineData(" 02:00:00:00:00:0a", " 02:00:00:00:00:0a", null)]
    public void It_is_read_again(string comment, string owner, string? mac)
    {
        var (read, address) = ElementOwner.Parse(comment);
        Assert.Equal((owner, mac), (read, address?.ToString()));
    }

    [Fact]
    public void The_longest_that_fits_is_whole_and_a_longer_one_is_cut_and_stays_its_own()
    {
        var fits = Of(new string('c', ElementOwner.MaxLength - "pods//eth0".Length));
        Assert.Equal($"pods/{fits.ContainerId}/eth0", ElementOwner.Of(fits));
        var (one, two) = (Of(fits.ContainerId + "1"), Of(fits.ContainerId + "2"));
        Assert.Equal(ElementOwner.MaxLength, ElementOwner.Of(one).Length);
        Assert.Equal(127, ElementOwner.WithMac(one, s_mac).Length);
        Assert.Matches("^pods/c+~[0-9a-f]{16}$", ElementOwner.Of(one));
        Assert.NotEqual(ElementOwner.Of(one), ElementOwner.Of(two));
        Assert.Equal((ElementOwner.Of(one), s_mac), ElementOwner.Parse(ElementOwner.WithMac(one, s_mac)));
        Assert.Equal(ElementOwner.MaxLength, ElementOwner.Of(Of(new string('c', 255), new string('n', 255))).Length);
    }

    // The kernel takes such names of interfaces, and nft could not read them back.
    [Theory]
    [InlineData("et\"h0", "^pods/pod1/et[?]h0~[0-9a-f]{16}$")]
    [InlineData("ethé", "^pods/pod1/eth[?]~[0-9a-f]{16}$")]
    public void What_nft_cannot_read_back_is_replaced(string name, string expected)
    {
        Assert.Matches(expected, ElementOwner.Of(Of("pod1", name: name)));
        var other = name.Replace('"', 'ü').Replace('é', 'è');
        Assert.NotEqual(ElementOwner.Of(Of("pod1", name: name)), ElementOwner.Of(Of("pod1", name: other)));
    }
}
