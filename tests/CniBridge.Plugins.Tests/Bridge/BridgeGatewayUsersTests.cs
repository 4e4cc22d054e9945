using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Protocol;
using static CniBridge.Plugins.Tests.Bridge.BridgeGatewaysScene;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of an old gateway address with and without users.</summary>
public sealed class BridgeGatewayUsersTests
{
    static readonly Dictionary<string, (Action<GatewayState> Change, string Users)> s_users = new()
    {
        ["a reservation"] = (s => s.AddUser("pod2", "eth0", "10.1.0.9"), "pod2 eth0 (10.1.0.9)"),
        ["a reservation of another interface"] = (s => s.AddUser("pod1", "net1", "10.1.0.9"), "pod1 net1 (10.1.0.9)"),
        ["a reservation and its port"] = (s =>
        {
            s.AddUser("pod2", "eth0", "10.1.0.9");
            s.AddPort("veth2", "pods/pod2/eth0");
        }, "pod2 eth0 (10.1.0.9)"),
        ["a port without an alias"] = (s => s.AddPort("tap0", ""), "the port tap0"),
        ["a port with a pod's name and a foreign alias"] = (s =>
        {
            s.AddUser("pod2", "eth0", "10.9.0.9");
            s.AddPort(HostLink.NameOf(new Attachment("pods", "pod2", "eth0"), 0), "mine");
        }, $"the port {HostLink.NameOf(new Attachment("pods", "pod2", "eth0"), 0)}"),
        ["a port with a foreign alias"] = (s => s.AddPort("veth2", "a/b/c/d"), "the port veth2"),
        ["a port with a gateway's name for an alias"] = (s => s.AddPort("veth2", "cni0.100"), "the port veth2"),
        ["a port with a VLAN port's name and no alias"] =
            (s => s.AddPort(HostLink.NameOfVlanPort("cni0.100"), ""), $"the port {HostLink.NameOfVlanPort("cni0.100")}"),
        ["a port with the name that no gateway makes"] =
            (s => s.AddPort(HostLink.NameOfVlanPort(""), ""), $"the port {HostLink.NameOfVlanPort("")}"),
        ["a port with another gateway's VLAN port's name"] =
            (s => s.AddPort(HostLink.NameOfVlanPort("cni0.100"), "cni0.200"), $"the port {HostLink.NameOfVlanPort("cni0.100")}"),
        ["a port of another network"] = (s => s.AddPort("veth2", "other/pod2/eth0"), "the port veth2"),
        ["our container's port in another network"] = (s => s.AddPort("veth2", "other/pod1/eth0"), "the port veth2"),
        ["a port without a reservation"] = (s => s.AddPort("veth2", "pods/pod2/eth0"), "the port veth2 of pod2 eth0"),
        ["a port with another interface's reservation"] = (s =>
        {
            s.AddUser("pod2", "net1", "10.9.0.9");
            s.AddPort("veth2", "pods/pod2/eth0");
        }, "the port veth2 of pod2 eth0"),
        ["a port of our container's other interface"] = (s => s.AddPort("veth2", "pods/pod1/net1"), "the port veth2 of pod1 net1"),
        ["all of them"] = (s =>
        {
            s.AddUser("pod2", "eth0", "10.1.0.9");
            s.AddUser("pod3", "eth0", "10.1.0.10");
            s.AddPort("tap0", "");
            s.AddPort("veth4", "pods/pod4/eth0");
        }, "pod2 eth0 (10.1.0.9), pod3 eth0 (10.1.0.10), the port tap0, the port veth4 of pod4 eth0"),
    };

    public static TheoryData<string> Users => [.. s_users.Keys];

    [Theory]
    [MemberData(nameof(Users))]
    public void A_used_address_stays_and_the_log_names_its_users_and_a_command(string what)
    {
        var state = Run(s_users[what].Change);
        Assert.Equal(New, Change(state));
        Assert.Equal(Line($"it is kept, used by {s_users[what].Users}; when they are gone: ip address del {Old} dev cni0"), state.Log);
    }

    static readonly Dictionary<string, Action<GatewayState>> s_nobodies = new()
    {
        ["our own reservation"] = s => s.AddUser("pod1", "eth0", "10.1.0.9"),
        ["our own port"] = s => s.AddPort("veth1", "pods/pod1/eth0"),
        ["a pod of the new range"] = s =>
        {
            s.AddUser("pod2", "eth0", "10.9.0.9");
            s.AddPort("veth2", "pods/pod2/eth0");
        },
        ["a pod of the new range whose port has no alias yet"] = s =>
        {
            s.AddUser("pod2", "eth0", "10.9.0.9");
            s.AddPort(HostLink.NameOf(new Attachment("pods", "pod2", "eth0"), 0), "");
            s.AddPort(HostLink.NameOf(new Attachment("pods", "pod2", "eth0"), 2), "");
            s.AddPort(HostLink.NameOf(s.Own, 1), "");
        },
        ["a pod of the new range whose port has a cut alias"] = s =>
        {
            s.Own = new Attachment(new string('n', 200), "pod1", "eth0");
            s.AddUser(new string('c', 64), "eth0", "10.9.0.9");
            s.AddPort("veth2", HostLink.AliasOf(new Attachment(new string('n', 200), new string('c', 64), "eth0")));
        },
        ["a pod of the other family"] = s =>
        {
            s.AddUser("pod2", "eth0", "fd00::9");
            s.AddPort("veth2", "pods/pod2/eth0");
        },
        ["a reservation of the new range without a port"] = s => s.AddUser("pod2", "eth0", "10.9.0.9"),
        // The kernel takes 254 bytes; the alias is cut and ends in a checksum.
        ["our own port whose alias was cut"] = s =>
        {
            s.Own = new Attachment(new string('n', 200), new string('c', 64), "eth0");
            s.AddPort("veth1", HostLink.AliasOf(s.Own));
        },
    };

    public static TheoryData<string> NoUsers => [.. s_nobodies.Keys];

    [Theory]
    [MemberData(nameof(NoUsers))]
    public void Pods_of_the_new_range_and_this_attachment_do_not_count_as_users(string what)
    {
        var state = Run(s_nobodies[what]);
        Assert.Equal(Replaced, Change(state));
        Assert.Equal(Line("it is replaced, because no pod uses it any more"), state.Log);
    }

    // Either network may contain the other's address.
    [Theory]
    [InlineData("fd00::5/64", "fd00::1/64", true)]
    [InlineData("fd00::1/48", "fd00:0:0:1::1/64", true)]
    [InlineData("fd00:0:0:1::1/64", "fd00::1/48", true)]
    [InlineData("fd00:0:0:2::1/64", "fd00:0:0:1::1/64", false)]
    [InlineData("fd00:0:1::1/48", "fd00::1/48", false)]
    public void IPv6_networks_conflict_where_they_overlap(string present, string wanted, bool isReplaced)
    {
        var state = Run(present, wanted, s => Replace(s.LastServed, "fd00::7 fd00:0:0:1::7"));
        Assert.Equal(isReplaced ? $"{wanted} in place of {present}" : wanted, Change(state));
        Assert.Equal(isReplaced, state.Log.Length > 0);
    }

    [Fact]
    public void Each_old_address_is_judged_separately()
    {
        var state = Run("10.1.0.1/24 10.2.0.1/24 10.3.0.1/24", New,
            s => Replace(s.LastServed, "10.1.0.7 10.2.0.7"), s => s.AddUser("pod2", "eth0", "10.2.0.9"));
        Assert.Equal(Replaced, Change(state));
        Assert.Equal(
            Line("it is replaced, because no pod uses it any more") +
            Line("it is kept, used by pod2 eth0 (10.2.0.9); when they are gone: ip address del 10.2.0.1/24 dev cni0")
                .Replace(", 10.1.0.1/24:", ", 10.2.0.1/24:", StringComparison.Ordinal) +
            Line("it is kept, because no pod of the network pods ever had an address in it")
                .Replace(", 10.1.0.1/24:", ", 10.3.0.1/24:", StringComparison.Ordinal), state.Log);
    }

    [Fact]
    public void The_log_names_the_gateway_that_the_old_address_conflicts_with()
    {
        var state = Run("10.1.0.1/24 fd00::5/64", "10.9.0.1/24 fd00::1/64", s => s.LastServed.Add("fd00::7"));
        Assert.Equal("10.9.0.1/24 fd00::1/64 in place of 10.1.0.1/24 fd00::5/64", Change(state));
        Assert.Equal(
            Line("it is replaced, because no pod uses it any more") +
            "\"cni0\" already has an IP address different from fd00::1/64, fd00::5/64: it is replaced, because no pod uses it any more\n",
            state.Log);
    }
}
