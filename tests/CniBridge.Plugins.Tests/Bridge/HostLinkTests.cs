using System.Text;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

public sealed class HostLinkTests
{
    static readonly Attachment s_attachment = new("pods", "pod1", "eth0");

    // The values were computed independently (FNV-1a, 64 bit, folded to 32). DEL of the next version must find the links of this one.
    [Theory]
    [InlineData("eth0", 0, "veth19461761")]
    [InlineData("eth0", 1, "veth194611d2")]
    [InlineData("eth0", 2, "veth194611cb")]
    [InlineData("net1", 0, "vethcf11a33f")]
    public void The_name_of_a_host_veth_follows_from_its_attachment(string interfaceName, int candidate, string name) =>
        Assert.Equal(name, HostLink.NameOf(s_attachment with { InterfaceName = interfaceName }, candidate));

    // No attachment can have this name. The next ADD finds an incomplete pair by it.
    [Theory]
    [InlineData("cni0.100", "vethd41ad8ab")]
    [InlineData("br-pods.4094", "veth9e1ca987")]
    public void The_name_of_a_VLAN_gateway_port_follows_from_its_gateway(string gateway, string name) =>
        Assert.Equal(name, HostLink.NameOfVlanPort(gateway));

    [Theory]
    [InlineData("vethd41ad8ab", "cni0.100", true)]
    [InlineData("veth9e1ca987", "br-pods.4094", true)]
    [InlineData("vethd41ad8ab", "cni0.101", false)]
    [InlineData("vethd41ad8ab", "", false)]
    [InlineData("tap0", "cni0.100", false)]
    [InlineData("veth19461761", "pods/pod1/eth0", false)]
    public void A_VLAN_gateway_port_is_recognized_by_name_and_alias(string name, string alias, bool isOne) =>
        Assert.Equal(isOne, HostLink.IsVlanPort(new Link { Index = 5, Name = name, Alias = alias }));

    // The name alone does not prove it, because any program could choose it.
    [Fact]
    public void A_port_without_an_alias_belongs_to_no_VLAN_gateway() =>
        Assert.False(HostLink.IsVlanPort(new Link { Index = 5, Name = HostLink.NameOfVlanPort(""), Alias = "" }));

    [Fact]
    public void Ten_thousand_pods_have_different_names()
    {
        var names = Enumerable.Range(0, 10_000).Select(i => HostLink.NameOf(s_attachment with { ContainerId = $"pod{i}" }, 0)).ToList();
        // Two names may collide by chance (one time in ninety). Then the second candidate is used.
        Assert.InRange(names.Distinct().Count(), 9_999, 10_000);
        Assert.All(names, name => Assert.Matches("^veth[0-9a-f]{8}$", name));
    }

    [Fact]
    public void Attachments_with_equal_concatenated_names_are_distinguished()
    {
        Assert.NotEqual(HostLink.NameOf(new("a", "bc", "eth0"), 0), HostLink.NameOf(new("ab", "c", "eth0"), 0));
        Assert.NotEqual(HostLink.AliasOf(new("a", "bc", "eth0")), HostLink.AliasOf(new("ab", "c", "eth0")));
    }

    [Fact]
    public void The_alias_names_the_attachment()
    {
        Assert.Equal("pods/pod1/eth0", HostLink.AliasOf(s_attachment));
        Assert.Equal(s_attachment, HostLink.TryParseAlias("pods/pod1/eth0"));
    }

    // The kernel accepts 254 bytes. Two attachments that differ only after the cut must still differ.
    [Theory]
    [InlineData(200, 48, false)]
    [InlineData(200, 50, true)]
    [InlineData(255, 255, true)]
    [InlineData(1, 255, true)]
    [InlineData(255, 1, true)]
    public void A_long_alias_is_shortened_and_stays_unique(int networkLength, int idLength, bool isCut)
    {
        var attachment = new Attachment(new string('n', networkLength), new string('c', idLength), "eth0");
        var alias = HostLink.AliasOf(attachment);
        Assert.Equal(isCut ? 254 : networkLength + idLength + 6, Encoding.UTF8.GetByteCount(alias));
        Assert.Equal(isCut ? null : attachment, HostLink.TryParseAlias(alias));
        Assert.NotEqual(alias, HostLink.AliasOf(attachment with { InterfaceName = "eth1" }));
        Assert.NotEqual(alias, HostLink.AliasOf(attachment with { ContainerId = attachment.ContainerId[1..] + "d" }));
        Assert.Equal(alias, HostLink.AliasOf(attachment with { }));
    }

    [Fact]
    public void An_interface_name_is_measured_in_bytes()
    {
        var attachment = new Attachment(new string('n', 120), new string('c', 120), "ééééééé");
        Assert.InRange(Encoding.UTF8.GetByteCount(HostLink.AliasOf(attachment)), 240, 254);
    }

    [Theory]
    [InlineData("")]
    [InlineData("eth0")]
    [InlineData("a/b")]
    [InlineData("a/b/c/d")]
    [InlineData("//")]
    [InlineData("a//c")]
    [InlineData("/b/c")]
    [InlineData("a/b/")]
    public void A_foreign_alias_names_no_attachment(string alias) => Assert.Null(HostLink.TryParseAlias(alias));
}
