using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Route.Links;

/// <summary>Tests against ip, which writes the names last. The kernel reads the attributes in any order.</summary>
public sealed class CreateVethTests
{
    // The values are those of the capture: the pod's namespace and the index of cni0.
    const int PodNamespace = 4, Bridge = 2;

    [Fact]
    public void A_pair_is_created_as_ip_does() => Request.AssertSameAttributes(
        "create-veth",
        new CreateVeth(new VethEnd("vethhost", Mac(1)), new VethEnd("eth0", Mac(2)), PodNamespace, Bridge, 1400),
        NLM_F_ACK);

    [Fact]
    public void Without_an_MTU_the_request_has_no_MTU() => Request.AssertSameAttributes(
        "create-veth-default-mtu",
        new CreateVeth(new VethEnd("vethother", Mac(3)), new VethEnd("eth1", Mac(4)), PodNamespace, Bridge, 0),
        NLM_F_ACK);

    [Fact]
    public void A_pair_may_stay_in_one_namespace() => Request.AssertSameAttributes(
        "create-veth-port",
        new CreateVeth(new VethEnd("veth01234567", Mac(1)), new VethEnd("cni0.100", Mac(2)), null, Bridge, 1400),
        NLM_F_ACK);

    // A batch reserves 256 bytes for each of its messages.
    [Fact]
    public void The_longest_names_stay_within_256_bytes()
    {
        var host = new VethEnd("veth0123456789a", Mac(1));
        var pod = new VethEnd("eth000000000000", Mac(2));
        Assert.True(Request.Encode(new CreateVeth(host, pod, PodNamespace, Bridge, 1400), NLM_F_ACK, 1).Length <= 256);
    }

    static MacAddress Mac(byte last) => MacAddress.FromBytes([0x02, 0, 0, 0, 0, last]);
}
