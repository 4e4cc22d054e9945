using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of CHECK: a state as ADD left it passes, and any single difference fails.</summary>
public sealed class BridgeCheckTests
{
    const uint IFF_PROMISC = 0x100;

    /// <summary>The state that CHECK reads. Each test changes one part of it.</summary>
    sealed class State
    {
        internal BridgeConfig Config { get; set; } = new() { Bridge = "cni0", IsGateway = true, IpamType = "host-local" };
        internal JsonObject? Previous { get; set; } = JsonNode.Parse("""
            {
              "cniVersion": "1.0.0",
              "interfaces": [
                {"name": "cni0", "mac": "02:00:00:00:00:01"},
                {"name": "veth0", "mac": "02:00:00:00:00:02"},
                {"name": "eth0", "mac": "02:00:00:00:00:0a", "sandbox": "/proc/self/ns/net"}
              ],
              "ips": [
                {"address": "10.0.0.5/24", "gateway": "10.0.0.1", "interface": 2},
                {"address": "fd00::5/64", "gateway": "fd00::1", "interface": 2}
              ],
              "routes": [{"dst": "0.0.0.0/0", "gw": "10.0.0.1"}, {"dst": "10.9.9.9/16"}, {"dst": "172.16.0.0/12", "table": 100}]
            }
            """)!.AsObject();
        internal Link? Bridge { get; set; } = new()
        {
            Index = 3,
            Name = "cni0",
            Kind = "bridge",
            Flags = FakeNode.IFF_UP,
            Mac = FakeNode.Mac("02:00:00:00:00:01"),
        };
        internal Link? Host { get; set; } = new()
        {
            Index = 4,
            Name = "veth0",
            Kind = "veth",
            Flags = FakeNode.IFF_UP,
            Mac = FakeNode.Mac("02:00:00:00:00:02"),
            Master = 3,
            PeerIndex = 2,
        };
        internal Link? Pod { get; set; } = new()
        {
            Index = 2,
            Name = "eth0",
            Kind = "veth",
            Flags = FakeNode.IFF_UP,
            Mac = FakeNode.Mac("02:00:00:00:00:0a"),
            PeerIndex = 4,
        };
        internal List<string> Addresses { get; } = ["10.0.0.5/24", "fd00::5/64", "fe80::1/64"];
        internal List<string> Routes { get; } =
            ["0.0.0.0/0@10.0.0.1", "10.0.0.0/24", "10.9.0.0/16@10.0.0.1", "fd00::/64", "fe80::/64"];
        internal List<Cidr> Gateways { get; } = [Cidr.Parse("10.0.0.1/24"), Cidr.Parse("fd00::1/64")];
        internal bool IsReserved { get; set; } = true;
        internal string Netns { get; set; } = Call.OwnNamespace;
        internal HashSet<string> Masqueraded { get; } = ["v4", "v6"];
        internal string? MissingGuard { get; set; }

        internal void Check()
        {
            var node = new FakeNode
            {
                Links = new[] { Bridge, Host }.OfType<Link>().ToDictionary(link => link.Name),
                Inside = Pod is null ? null : new ContainerInterface(Pod, [.. Addresses.Select(Cidr.Parse)], [.. Routes.Select(Route)]),
                Failing = IsReserved ? [] : ["check addresses"],
                Addresses = { ["cni0"] = Gateways },
                ForwardsV4 = true,
                ForwardsV6 = true,
                Masqueraded = Masqueraded,
                MissingGuard = MissingGuard,
            };
            var config = new JsonObject { ["prevResult"] = Previous?.DeepClone() };
            new BridgeCheck(Requests.Make(config.ToJsonString(), Netns), Config, Config.IpamType is null ? null : node, node).Run();
            Assert.All(node.Calls, call => Assert.Matches(
                "^(check addresses|addresses of|is forwarding|forward chains of|is masqueraded|is guarded veth0 with 02:00:00:00:00:0a " +
                    "of pods/pod1/eth0$)",
                call));
        }

        static RouteEntry Route(string text) => text.Split('@') is [var destination, var gateway]
            ? new RouteEntry(Cidr.Parse(destination), 254, [IpAddress.Parse(gateway)], [2], 3)
            : new RouteEntry(Cidr.Parse(text), 254, [], [2], 2);

        internal JsonNode Interface(int index) => Previous!["interfaces"]![index]!;

        internal void Remove(string list, int index) => Previous![list]!.AsArray().RemoveAt(index);
    }

    [Fact]
    public void A_state_as_ADD_left_it_passes() => new State().Check();

    static void Passes(Action<State> change)
    {
        var state = new State();
        change(state);
        state.Check();
    }

    [Fact]
    public void An_equivalent_setting_passes()
    {
        Passes(state => state.Masqueraded.Clear());
        Passes(state => state.Config = state.Config with { Masquerades = true });
        Passes(state => state.Config = state.Config with { ChecksMacSpoofing = true });
        Passes(state => state.MissingGuard = "the chain");
        // Different paths can lead to one namespace, and the case of a MAC does not matter.
        Passes(state => state.Netns = "/proc/thread-self/ns/net");
        Passes(state => state.Interface(2)["mac"] = "02:00:00:00:00:0A");
        Passes(state => state.Interface(1)["mac"] = "");
        Passes(state => state.Addresses.Add("10.7.0.1/16"));
        Passes(state => state.Routes.Add("192.168.0.0/16"));
        // The last entry with the bridge's name counts. Other links of the node are ignored.
        Passes(state => state.Previous!["interfaces"]!.AsArray().Add(JsonNode.Parse("""{"name":"cni0","mac":"02:00:00:00:00:01"}""")));
        Passes(state => state.Previous!["routes"]!.AsArray().Clear());
        // No connected route belongs to a single address.
        Passes(state =>
        {
            state.Previous!["ips"]![0]!["address"] = "10.0.0.5/32";
            state.Addresses[0] = "10.0.0.5/32";
            state.Gateways.Add(Cidr.Parse("10.0.0.1/32"));
        });
    }

    [Fact]
    public void CHECK_of_a_network_without_addresses_runs_no_IPAM_plugin() => Passes(state =>
    {
        state.Config = state.Config with { IpamType = null };
        state.IsReserved = false;
        state.Previous!.Remove("ips");
        state.Previous.Remove("routes");
    });

    static readonly Dictionary<string, (Action<State> Change, string Words)> s_differences = new()
    {
        ["no previous result"] = (s => s.Previous = null, "Required prevResult missing"),
        ["bridge not in the result"] = (s => s.Remove("interfaces", 0), "Interface name cni0 is missing"),
        ["another bridge configured"] = (s => s.Config = s.Config with { Bridge = "br1" }, "Interface name br1 is missing"),
        ["bridge gone"] = (s => s.Bridge = null, "cni0 not found"),
        ["bridge in a sandbox"] = (s => s.Interface(0)["sandbox"] = "/x", "sandbox"),
        ["bridge of another kind"] = (s => s.Bridge = s.Bridge! with { Kind = "veth" }, "not a bridge"),
        ["bridge with another MAC"] = (s => s.Bridge = s.Bridge! with { Mac = FakeNode.Mac("02:00:00:00:00:99") },
            "Interface cni0 Mac 02:00:00:00:00:99"),
        ["bridge promiscuous"] = (s => s.Bridge = s.Bridge! with { Flags = FakeNode.IFF_UP | IFF_PROMISC }, "Promisc Mode"),
        ["bridge not promiscuous"] = (s => s.Config = s.Config with { IsPromiscuous = true }, "Promisc Mode"),
        ["pod not in the result"] = (s => s.Remove("interfaces", 2), "Interface name eth0 is missing"),
        ["pod without a sandbox"] = (s => s.Interface(2)["sandbox"] = "", "Interface name eth0 is missing"),
        ["pod in another sandbox"] = (s => s.Interface(2)["sandbox"] = "/proc/self/ns/mnt", "Sandbox in prevResult"),
        ["pod in a lost sandbox"] = (s => s.Interface(2)["sandbox"] = "/no/such", "Sandbox in prevResult"),
        ["pod's link gone"] = (s => s.Pod = null, "eth0 not found"),
        ["pod's link of another kind"] = (s => s.Pod = s.Pod! with { Kind = "macvlan" }, "not of type veth"),
        ["pod with another MAC"] = (s => s.Pod = s.Pod! with { Mac = FakeNode.Mac("02:00:00:00:00:99") },
            "doesn't match prevResult Mac: 02:00:00:00:00:0a"),
        ["pod with a MAC that is none"] = (s => s.Interface(2)["mac"] = "zz", "doesn't match prevResult Mac: zz"),
        ["host end not in the result"] = (s => s.Remove("interfaces", 1), "CNI veth created for bridge cni0 was not found"),
        ["host end gone"] = (s => s.Host = null, "veth0 not found"),
        ["host end of another kind"] = (s => s.Host = s.Host! with { Kind = "tun" }, "CNI veth created for bridge cni0 was not found"),
        ["host end on another bridge"] = (s => s.Host = s.Host! with { Master = 9 }, "CNI veth created for bridge cni0 was not found"),
        ["host end of another pod"] = (s => s.Host = s.Host! with { PeerIndex = 9 }, "CNI veth created for bridge cni0 was not found"),
        ["pod's end of another link"] = (s => s.Pod = s.Pod! with { PeerIndex = 9 }, "CNI veth created for bridge cni0 was not found"),
        ["host end with another MAC"] = (s => s.Host = s.Host! with { Mac = FakeNode.Mac("02:00:00:00:00:99") }, "Interface veth0 Mac"),
        ["IPv4 address gone"] = (s => s.Addresses.Remove("10.0.0.5/24"), "Failed to match addr 10.0.0.5/24 on interface eth0"),
        ["IPv6 address gone"] = (s => s.Addresses.Remove("fd00::5/64"), "Failed to match addr fd00::5/64 on interface eth0"),
        ["another prefix length"] = (s => s.Addresses[0] = "10.0.0.5/16", "Failed to match addr 10.0.0.5/24"),
        ["connected route gone"] = (s => s.Routes.Remove("10.0.0.0/24"), "connected route of 10.0.0.5/24"),
        ["default route gone"] = (s => s.Routes.RemoveAt(0), "Expected Route 0.0.0.0/0 via 10.0.0.1 not found"),
        ["default route elsewhere"] = (s => s.Routes[0] = "0.0.0.0/0@10.0.0.9", "Expected Route 0.0.0.0/0 via 10.0.0.1 not found"),
        ["other route gone"] = (s => s.Routes.RemoveAt(2), "Expected Route 10.9.9.9/16"),
        ["address not reserved"] = (s => s.IsReserved = false, "check addresses"),
        ["bridge down"] = (s => s.Bridge = s.Bridge! with { Flags = 0 }, "The bridge cni0 is down"),
        ["pod's link down"] = (s => s.Pod = s.Pod! with { Flags = 0 }, "The pod's interface eth0 is down"),
        ["host end down"] = (s => s.Host = s.Host! with { Flags = 0 }, "The host's end veth0 is down"),
        ["gateway address gone"] = (s => s.Gateways.RemoveAt(0), "The gateway address 10.0.0.1/24 is not on cni0"),
        ["IPv4 not masqueraded"] = (s =>
        {
            s.Config = s.Config with { Masquerades = true };
            s.Masqueraded.Remove("v4");
        }, "The network pods is not masqueraded: missing or incomplete chain ip cni-bridge masq-"),
        ["IPv6 not masqueraded"] = (s =>
        {
            s.Config = s.Config with { Masquerades = true };
            s.Masqueraded.Remove("v6");
        }, "The network pods is not masqueraded: missing or incomplete chain ip6 cni-bridge masq-"),
        ["not guarded"] = (s =>
        {
            s.Config = s.Config with { ChecksMacSpoofing = true };
            s.MissingGuard = "the chain bridge x";
        }, "Frames of the port veth0 with a source MAC other than 02:00:00:00:00:0a are not dropped: no the chain bridge x"),
        ["namespace gone"] = (s => s.Netns = "/no/such/netns", "failed to open netns \"/no/such/netns\""),
    };

    public static TheoryData<string> Differences => [.. s_differences.Keys];

    [Theory]
    [MemberData(nameof(Differences))]
    public void Any_single_difference_fails(string what)
    {
        var state = new State();
        s_differences[what].Change(state);
        var failure = Assert.ThrowsAny<Exception>(state.Check);
        Assert.True(failure is CniException or KernelException, failure.ToString());
        Assert.Contains(s_differences[what].Words, failure.Message, StringComparison.Ordinal);
    }
}
