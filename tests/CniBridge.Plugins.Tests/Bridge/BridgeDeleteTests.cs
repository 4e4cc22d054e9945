using CniBridge.Linux;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

public sealed class BridgeDeleteTests
{
    const string PodLink = "delete eth0 in " + Call.OwnNamespace;
    const string HostEnd = "delete host link of pods/pod1/eth0";

    static void Run(FakeNode node, string netns, string? ipamType = "host-local") =>
        new BridgeDelete(Requests.Make("{}", netns), ipamType, node, node).Run();

    [Fact]
    public void The_link_goes_before_the_address()
    {
        var node = new FakeNode();
        Run(node, Call.OwnNamespace);
        Assert.Equal([PodLink, HostEnd, "release"], node.Calls);
    }

    // A node that was booted leaves plain files where namespaces were mounted.
    [Theory]
    [InlineData("")]
    [InlineData("/no/such/namespace")]
    [InlineData("/etc/hostname")]
    [InlineData("/etc/hostname/ns")]
    [InlineData("/tmp")]
    [InlineData("/proc/self/ns/mnt")]
    [InlineData("/dev/null")]
    public void Without_a_namespace_the_host_end_and_the_address_go_all_the_same(string netns)
    {
        var node = new FakeNode();
        Run(node, netns);
        Assert.Equal([HostEnd, "release"], node.Calls);
    }

    // A path that no kernel opens names no namespace either: such a DEL must not fail for ever.
    [Fact]
    public void A_path_that_is_too_long_names_no_namespace()
    {
        var node = new FakeNode();
        Run(node, "/" + new string('a', 5000));
        Assert.Equal([HostEnd, "release"], node.Calls);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_address_management_there_is_nothing_to_release(string? ipamType)
    {
        var node = new FakeNode();
        Run(node, Call.OwnNamespace, ipamType);
        Assert.Equal([PodLink, HostEnd], node.Calls);
    }

    [Fact]
    public void Addresses_of_a_type_that_is_not_there_yet_are_told_after_the_link_is_gone()
    {
        var node = new FakeNode();
        Requests.AssertRefused(CniErrorCode.UnsupportedField, () => Run(node, Call.OwnNamespace, "static"), "ipam.type = \"static\"");
        Assert.Equal([PodLink, HostEnd], node.Calls);
    }

    [Theory]
    [InlineData(HostEnd, PodLink + "|" + HostEnd)]
    [InlineData("release", PodLink + "|" + HostEnd + "|release")]
    // What could not be reached from inside is tried from outside; the address stays until the link is known to be gone.
    [InlineData(PodLink, PodLink + "|" + HostEnd)]
    public void A_failure_is_told_and_no_address_is_released_that_somebody_may_still_have(string step, string calls)
    {
        var node = new FakeNode { Failing = { step } };
        Assert.Equal(step, Assert.Throws<KernelException>(() => Run(node, Call.OwnNamespace)).Operation);
        Assert.Equal(calls.Split('|'), node.Calls);
    }
}
