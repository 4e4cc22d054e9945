using System.Globalization;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of the gateway addresses that a bridge gets, and of those that it loses after its range has changed.</summary>
public sealed class BridgeGatewaysTests
{
    const string Old = "10.1.0.1/24", New = "10.9.0.1/24";

    /// <summary>A bridge whose range changed from 10.1.0.0/24 to 10.9.0.0/24. Each test sets the remaining users.</summary>
    sealed class State
    {
        internal BridgeConfig Config { get; set; } = new() { Bridge = "cni0", IsGateway = true, IpamType = "host-local" };
        internal List<string> Present { get; } = [Old];
        internal List<string> Wanted { get; } = [New];
        internal List<string> LastServed { get; } = ["10.1.0.7"];
        internal bool HasMoved { get; set; }
        internal List<AddressUser> Users { get; } = [];
        internal List<Link> Ports { get; } = [];
        internal Attachment Own { get; set; } = new("pods", "pod1", "eth0");
        internal string? Failing { get; set; }

        internal List<string> Calls { get; private set; } = [];
        internal string Log { get; private set; } = "";

        internal void AddUser(string containerId, string interfaceName, string address) =>
            Users.Add(new AddressUser(containerId, interfaceName, IpAddress.Parse(address)));

        internal void AddPort(string name, string alias) =>
            Ports.Add(new Link { Index = 20 + Ports.Count, Name = name, Kind = "veth", Alias = alias });

        internal void Ensure()
        {
            var bridge = new Link { Index = 3, Name = "cni0", Kind = "bridge" };
            var link = Config.VlanGateway is { } name ? new Link { Index = 4, Name = name, Kind = "veth" } : bridge;
            var node = new FakeNode
            {
                Addresses = { [link.Name] = [.. Present.Select(Cidr.Parse)] },
                LastServed = [.. LastServed.Select(IpAddress.Parse)],
                HasMoved = HasMoved,
                Users = Users,
                Ports = Ports,
                Failing = Failing is null ? [] : [Failing],
            };
            using var log = new StringWriter(CultureInfo.InvariantCulture);
            var request = Requests.Make("{}", log: log);
            request = request with
            {
                NetworkName = Own.Network,
                Environment = request.Environment with { ContainerId = Own.ContainerId, InterfaceName = Own.InterfaceName },
            };
            try
            {
                new BridgeGateways(request, Config, node, node).Ensure(bridge, link, [.. Wanted.Select(Cidr.Parse)]);
            }
            finally
            {
                (Calls, Log) = (node.Calls, log.ToString());
            }
        }
    }

    static State Run(params ReadOnlySpan<Action<State>> changes)
    {
        var state = new State();
        foreach (var change in changes)
            change(state);
        state.Ensure();
        return state;
    }

    static State Run(string present, string wanted, params ReadOnlySpan<Action<State>> changes) =>
        Run([s => Replace(s.Present, present), s => Replace(s.Wanted, wanted), .. changes]);

    static void Replace(List<string> list, string addresses)
    {
        list.Clear();
        list.AddRange(addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Returns the last change, or an empty text.</summary>
    static string Change(State state) =>
        state.Calls[^1].StartsWith("gateways of cni0: ", StringComparison.Ordinal) ? state.Calls[^1]["gateways of cni0: ".Length..] : "";

    const string Replaced = New + " in place of " + Old;

    static string Line(string what) => $"\"cni0\" already has an IP address different from {New}, {Old}: {what}\n";

    // Every ADD except the first takes this path: one query, and no work that grows with the number of pods.
    [Theory]
    [InlineData("10.9.0.1/24", "10.9.0.1/24")]
    [InlineData("10.9.0.1/24 fd00::1/64 fe80::1/64", "10.9.0.1/24 fd00::1/64")]
    [InlineData("10.9.0.1/24 fd00::1/64", "fd00::1/64")]
    public void A_complete_bridge_is_not_changed(string present, string wanted)
    {
        foreach (var isForced in (bool[])[false, true])
        {
            var state = Run(present, wanted, s => s.Config = s.Config with { ForcesAddress = isForced });
            Assert.Equal(["addresses of cni0"], state.Calls);
            Assert.Equal("", state.Log);
        }
    }

    [Theory]
    [InlineData("10.1.0.1/24 10.9.0.1/24", "10.9.0.1/24")]
    [InlineData("fd00::1/64 fd00::5/48", "fd00::1/64")]
    public void Other_addresses_are_not_examined_if_the_gateway_address_exists(string present, string wanted)
    {
        var state = Run(present, wanted);
        Assert.Equal(["addresses of cni0"], state.Calls);
        Assert.Equal("", state.Log);
    }

    [Theory]
    [InlineData("10.1.0.1/24 10.9.0.1/24", "10.9.0.1/24", "10.1.0.1/24")]
    [InlineData("fd00::1/64 fd00::5/48 fd01::1/64", "fd00::1/64", "fd00::5/48")]
    public void forceAddress_removes_conflicting_addresses_beside_the_gateway_address(string present, string wanted, string removed)
    {
        var state = Run(present, wanted, s => s.Config = s.Config with { ForcesAddress = true });
        Assert.Equal(["addresses of cni0", $"gateways of cni0: in place of {removed}"], state.Calls);
        Assert.Equal("", state.Log);
    }

    // A link has each IPv6 address once, with one prefix length. The shorter one serves the pods of both.
    [Fact]
    public void An_IPv6_gateway_address_with_a_shorter_prefix_replaces_the_old_one()
    {
        var state = Run("fd00::1/64", "fd00::1/48", s => s.AddPort("veth1", ""));
        Assert.Equal(["addresses of cni0", "gateways of cni0: fd00::1/48 in place of fd00::1/64"], state.Calls);
        Assert.Contains("replaced", state.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "10.9.0.1/24", "10.9.0.1/24")]
    [InlineData("", "10.9.0.1/24 10.8.0.1/24 fd00::1/64", "10.9.0.1/24 10.8.0.1/24 fd00::1/64")]
    [InlineData("10.9.0.1/24", "10.9.0.1/24 fd00::1/64", "fd00::1/64")]
    [InlineData("fe80::1/64", "10.9.0.1/24", "10.9.0.1/24")]
    [InlineData("10.1.0.1/24", "fd00::1/64", "fd00::1/64")]
    // IPv6 networks do not conflict with each other.
    [InlineData("fd00:1::1/64 fe80::1/64", "fd00:2::1/64", "fd00:2::1/64")]
    public void A_missing_gateway_address_without_a_conflict_is_added(string present, string wanted, string added)
    {
        foreach (var isForced in (bool[])[false, true])
        {
            var state = Run(present, wanted, s => s.Config = s.Config with { ForcesAddress = isForced });
            Assert.Equal(["addresses of cni0", $"gateways of cni0: {added}"], state.Calls);
            Assert.Equal("", state.Log);
        }
    }

    [Theory]
    [InlineData("10.1.0.1/24 192.0.2.1/32", "10.9.0.1/24", "10.1.0.1/24 192.0.2.1/32")]
    [InlineData("10.9.0.1/16", "10.9.0.1/24", "10.9.0.1/16")]
    [InlineData("10.9.0.2/24", "10.9.0.1/24", "10.9.0.2/24")]
    [InlineData("fd00::1/48 fd00:2::1/64 fe80::1/64", "fd00::1/64", "fd00::1/48")]
    [InlineData("fd00::5/64", "fd00::1/48", "fd00::5/64")]
    [InlineData("10.8.0.1/24 10.1.0.1/24", "10.8.0.1/24 10.9.0.1/24", "10.1.0.1/24")]
    public void forceAddress_replaces_conflicting_addresses_without_a_search_for_users(string present, string wanted, string replaced)
    {
        var state = Run(present, wanted, s => s.Config = s.Config with { ForcesAddress = true }, s => s.AddPort("veth1", ""));
        Assert.Equal(["addresses of cni0", $"gateways of cni0: {wanted.Split(' ')[^1]} in place of {replaced}"], state.Calls);
        Assert.Equal("", state.Log);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.9.0.7")]
    [InlineData("10.1.1.7 fd00::7")]
    public void An_address_that_the_network_never_had_stays(string lastServed)
    {
        var state = Run(s => Replace(s.LastServed, lastServed));
        Assert.Equal(["addresses of cni0", $"gateways of cni0: {New}"], state.Calls);
        Assert.Equal(Line("it is kept, because no pod of the network pods ever had an address in it"), state.Log);
    }

    // The ports are listed first. Their owners have reservations, so a concurrent ADD never has a port without a reservation.
    [Fact]
    public void An_unused_address_is_replaced()
    {
        var state = Run();
        Assert.Equal(["addresses of cni0", "ports of cni0", "users", $"gateways of cni0: {Replaced}"], state.Calls);
        Assert.Equal(Line("it is replaced, because no pod uses it any more"), state.Log);
    }

    [Theory]
    [InlineData("10.1.0.1/24 10.9.0.1/24", New, "in place of " + Old)]
    [InlineData("10.1.0.1/24 10.9.0.1/24 fd00::1/64", New, "in place of " + Old)]
    // An address of an administrator is never removed.
    [InlineData("10.9.0.1/24 192.0.2.1/32", New, "")]
    [InlineData("10.9.0.1/24", New, "")]
    public void The_first_ADD_of_a_new_range_replaces_the_old_address_beside_an_existing_new_one(
        string present, string wanted, string change)
    {
        var state = Run(present, wanted, s => s.HasMoved = true);
        Assert.Equal(change, Change(state));
    }

    [Fact]
    public void The_first_ADD_of_a_new_range_logs_users_of_the_old_address_beside_an_existing_new_one()
    {
        var state = Run($"{Old} {New}", New, s => s.HasMoved = true, s => s.AddUser("pod2", "eth0", "10.1.0.9"));
        Assert.Equal("", Change(state));
        Assert.Equal(Line($"it is kept, used by pod2 eth0 (10.1.0.9); when they are gone: ip address del {Old} dev cni0"), state.Log);
    }

    static readonly Dictionary<string, (Action<State> Change, string Users)> s_users = new()
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

    static readonly Dictionary<string, Action<State>> s_nobodies = new()
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

    public static TheoryData<string> Nobodies => [.. s_nobodies.Keys];

    [Theory]
    [MemberData(nameof(Nobodies))]
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

    static void MakeVlan(State state)
    {
        state.Config = state.Config with { Vlan = 100 };
        state.AddPort("veth1", "pods/pod1/eth0");
    }

    [Fact]
    public void The_addresses_of_a_VLAN_are_on_its_gateway_link_and_its_pods_on_the_bridge()
    {
        var state = Run(MakeVlan, s => s.AddPort("veth2", "pods/pod2/eth0"));
        Assert.Equal(["addresses of cni0.100", "ports of cni0", "users", $"gateways of cni0.100: {New}"], state.Calls);
        Assert.Equal($"\"cni0.100\" already has an IP address different from {New}, {Old}: it is kept, used by " +
            $"the port veth2 of pod2 eth0; when they are gone: ip address del {Old} dev cni0.100\n", state.Log);
    }

    // The VLAN is that of the network or of another one. The alias of the port is the name of the gateway, from which the name of the port
    // is derived.
    [Theory]
    [InlineData("cni0.100")]
    [InlineData("cni0.200")]
    public void The_bridge_port_of_a_VLAN_gateway_belongs_to_no_pod(string gateway)
    {
        var state = Run(MakeVlan, s => s.AddPort(HostLink.NameOfVlanPort(gateway), gateway));
        Assert.Equal($"gateways of cni0.100: {Replaced}", state.Calls[^1]);
        state = Run(s => s.AddPort(HostLink.NameOfVlanPort(gateway), gateway));
        Assert.Equal(Replaced, Change(state));
    }

    [Theory]
    [InlineData("addresses of cni0")]
    [InlineData("users")]
    [InlineData("ports of cni0")]
    [InlineData("gateways of cni0: " + Replaced)]
    public void A_failed_query_changes_nothing(string step)
    {
        var state = new State { Failing = step };
        Assert.Equal(step, Assert.Throws<KernelException>(state.Ensure).Operation);
        Assert.Equal(step, state.Calls[^1]);
    }
}
