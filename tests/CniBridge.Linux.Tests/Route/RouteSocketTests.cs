using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;

namespace CniBridge.Linux.Tests.Route;

/// <summary>Tests of our requests in the kernel of a scratch namespace, which is also the pod's namespace.</summary>
[Collection(NamespaceTests.Name)]
public sealed class RouteSocketTests : IDisposable
{
    // The namespace is not a fixture, because each test needs an empty one.
    readonly ScratchNamespace _scratch = new();
    readonly NetworkNamespace _pod;
    readonly RouteSocket _socket;

    public RouteSocketTests()
    {
        _pod = _scratch.Open();
        _socket = _pod.Run(() => new RouteSocket());
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _pod?.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void The_kernel_creates_the_requested_links()
    {
        var bridge = CreateBridge();
        Assert.Equal(("cni0", "bridge", 1400u, Mac(1)), (bridge.Name, bridge.Kind, bridge.Mtu, bridge.Mac));
        Assert.True(bridge.IsUp);
        Assert.False(_socket.TryCreateBridge(new CreateBridge("cni0", Mac(1), 0)));

        Assert.True(_socket.TryCreateVeth(new("veth0", Mac(2)), new("eth0", Mac(3)), _pod, bridge.Index, 1300));
        Assert.False(_socket.TryCreateVeth(new("veth0", Mac(2)), new("eth1", Mac(3)), _pod, bridge.Index, 0));
        var (host, pod) = (_socket.TryGetLink("veth0")!, _socket.TryGetLink("eth0")!);
        Assert.Equal((bridge.Index, pod.Index, 1300u, Mac(2)), (host.Master, host.PeerIndex, host.Mtu, host.Mac));
        Assert.Equal((0, host.Index, 1300u, Mac(3)), (pod.Master, pod.PeerIndex, pod.Mtu, pod.Mac));
        Assert.Equal((true, false), (host.IsUp, pod.IsUp));
        Assert.Equal(pod.Index, _socket.TryGetIndex("eth0"));

        _socket.DeleteLink(pod.Index, "eth0");
        _socket.DeleteLink(pod.Index, "eth0");
        Assert.Null(_socket.TryGetLink("veth0"));
        Assert.Null(_socket.TryGetIndex("veth0"));
    }

    [Fact]
    public void The_kernel_changes_the_requested_settings()
    {
        var bridge = CreateBridge();
        _socket.TryCreateVeth(new("veth0", Mac(2)), new("eth0", Mac(3)), _pod, bridge.Index, 0);
        var port = _socket.TryGetLink("veth0")!;
        _socket.Execute(
            new ChangeLink(port.Index, "veth0") { PortSettings = PortSettings.Hairpin },
            new ChangeLink(bridge.Index, "cni0") { Promiscuous = true, Alias = "a pod's bridge", Mac = Mac(9) });
        bridge = _socket.TryGetLink("cni0")!;
        Assert.True(bridge.IsPromiscuous && bridge.IsUp);
        Assert.Equal(("a pod's bridge", Mac(9)), (bridge.Alias, bridge.Mac));
        var (exitCode, output) = HelperProgram.Run(
            "", "nsenter", "--net=" + _scratch.Path, "ip", "-details", "link", "show", "dev", "veth0");
        Assert.SkipWhen(exitCode is null, "nsenter (util-linux) is not installed");
        Assert.Contains("hairpin on", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kernel_adds_and_lists_addresses_and_routes()
    {
        var bridge = CreateBridge();
        var gateway = IpAddress.Parse("10.1.2.1");
        string[] addresses = ["10.1.2.3/24", "10.1.3.3/32", "fd00::3/64"];
        foreach (var address in addresses.Concat(addresses))
            _socket.EnsureAddress(bridge.Index, Cidr.Parse(address), skipsDad: true);
        Assert.Equal(addresses, ListAddresses(bridge.Index).Except(["fe80::ff:fe00:1/64"]));
        _socket.Execute(
            new AddRoute(bridge.Index, Cidr.Default(AddressFamily.IPv4), gateway) { Mtu = 1300, AdvertisedMss = 1260 },
            new AddRoute(bridge.Index, Cidr.Parse("10.9.0.0/16"), gateway) { Table = 5000 },
            new AddRoute(bridge.Index, Cidr.Default(AddressFamily.IPv6), IpAddress.Parse("fd00::1")) { Priority = 77 });
        var route = Assert.Single(_socket.ListRoutes(AddressFamily.IPv4), route => route.Destination.IsDefault);
        Assert.Equal("10.1.2.1", Assert.Single(route.Gateways).ToString());
        route = Assert.Single(_socket.ListRoutes(AddressFamily.IPv6), route => route.Destination.IsDefault);
        Assert.Equal("fd00::1", Assert.Single(route.Gateways).ToString());
        foreach (var address in addresses.Concat(addresses))
            _socket.DeleteAddress(bridge.Index, Cidr.Parse(address));
        Assert.DoesNotContain("10.1.2.3/24", ListAddresses(bridge.Index));
    }

    [Fact]
    public void A_link_is_found_by_name_and_the_addresses_of_all_links_are_listed()
    {
        var bridge = CreateBridge();
        _socket.EnsureAddress(bridge.Index, Cidr.Parse("10.1.2.3/24"), skipsDad: true);
        _socket.EnsureAddress(1, Cidr.Parse("10.7.7.7/32"), skipsDad: true);
        Assert.Equal(("lo", "cni0", null), (_socket.TryGetName(1), _socket.TryGetName(bridge.Index), _socket.TryGetName(4711)));
        Assert.Equal([(1, "10.7.7.7/32"), (bridge.Index, "10.1.2.3/24")],
            _socket.ListAddresses().Where(address => address.Cidr.Address.IsV4)
                .Select(address => (address.Index, address.Cidr.ToString())));
    }

    [Fact]
    public void The_kernel_replaces_and_deletes_only_routes_of_the_protocol()
    {
        var bridge = CreateBridge();
        foreach (var (own, destination, first, second) in ((string, string, string, string)[])[
            ("10.1.2.3/24", "10.9.0.0/16", "10.1.2.1", "10.1.2.2"), ("fd00::3/64", "fd00:9::/64", "fd00::1", "fd00::2")])
        {
            var cidr = Cidr.Parse(destination);
            _socket.EnsureAddress(bridge.Index, Cidr.Parse(own), skipsDad: true);
            var route = new AddRoute(bridge.Index, cidr, IpAddress.Parse(first)) { Protocol = 67, IsExclusive = true };
            _socket.Execute(route);
            Assert.Equal(Errno.EEXIST, Assert.Throws<KernelException>(() => _socket.Execute(route)).Errno);
            _socket.Execute(route with { IsExclusive = false, Replaces = true, Gateway = IpAddress.Parse(second) });
            Assert.Contains($"{destination} via {second} dev cni0 proto 67", Show(), StringComparison.Ordinal);

            var delete = new DeleteRoute(cidr, 66) { Gateway = IpAddress.Parse(second), Index = bridge.Index };
            _socket.Execute(delete);
            _socket.Execute(delete with { Protocol = 67, Gateway = IpAddress.Parse(first) });
            Assert.Contains(destination, Show(), StringComparison.Ordinal);
            _socket.Execute(delete with { Protocol = 67 }, delete with { Protocol = 67 });
            Assert.DoesNotContain(destination, Show(), StringComparison.Ordinal);

            string Show() => Ip("-N", cidr.Address.IsV6 ? "-6" : "-4", "route", "show");
        }
    }

    public static TheoryData<PortSettings> Settings => [.. PortSettings.All.Each()];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Ip_shows_a_port_setting_as_on_under_the_same_word(PortSettings setting)
    {
        var bridge = CreateBridge();
        Assert.True(_socket.TryCreateVeth(new("veth0", Mac(2)), new("eth0", Mac(3)), null, bridge.Index, 0));
        var port = _socket.TryGetLink("veth0")!;
        Assert.DoesNotContain($" {setting.ToWord()} on ", Show(), StringComparison.Ordinal);

        _socket.Execute(new ChangeLink(port.Index, port.Name) { PortSettings = setting });

        Assert.Contains($" {setting.ToWord()} on ", Show(), StringComparison.Ordinal);
        Assert.Equal(setting, _socket.TryGetLink(port.Index)!.PortSettings);

        string Show() => Ip("-details", "link", "show", "dev", "veth0");
    }

    [Fact]
    public void The_settings_of_a_port_are_read_back()
    {
        var bridge = CreateBridge();
        Assert.True(_socket.TryCreateVeth(new("veth0", Mac(2)), new("eth0", Mac(3)), null, bridge.Index, 0));
        var port = _socket.TryGetLink("veth0")!;
        Assert.Equal(PortSettings.None, port.PortSettings);
        _socket.Execute(new ChangeLink(port.Index, port.Name) { PortSettings = PortSettings.Hairpin });
        port = _socket.TryGetLink(port.Index)!;
        Assert.Equal(PortSettings.Hairpin, port.PortSettings);
        _socket.Execute(new ChangeLink(port.Index, port.Name) { PortSettings = PortSettings.Isolated });
        Assert.Equal(PortSettings.Hairpin | PortSettings.Isolated, _socket.TryGetLink(port.Index)!.PortSettings);
        Assert.Equal(["veth0"], _socket.ListPorts(bridge.Index).Select(link => link.Name));
        Assert.Empty(_socket.ListPorts(port.Index));
        Assert.Null(_socket.TryGetLink(4711));
    }

    // A kernel without RTM_GETVLAN, or without VLAN filtering, answers EOPNOTSUPP to the first of the two requests.
    [Fact]
    public void The_VLANs_of_a_port_are_listed_on_every_kernel()
    {
        var bridge = CreateBridge();
        Assert.True(_socket.TryCreateVeth(new("veth0", Mac(2)), new("eth0", Mac(3)), null, bridge.Index, 0));
        var port = _socket.TryGetLink("veth0")!;
        Assert.Equal(_socket.ListLinkVlans(port.Index), _socket.ListPortVlans(port.Index));
        Assert.Empty(_socket.ListPortVlans(_socket.TryGetLink("eth0")!.Index));
    }

    [Fact]
    public void A_link_with_a_permanent_carrier_is_operational_in_an_unknown_state()
    {
        _socket.Execute(new ChangeLink(1, "lo") { Up = false });
        Assert.False(_socket.TryGetLink("lo")!.CanPassTraffic);
        _socket.Execute(new ChangeLink(1, "lo") { Up = true });
        var loopback = _socket.TryGetLink("lo")!;
        Assert.Equal((false, true), (loopback.IsOperational, loopback.CanPassTraffic));
    }

    [Fact]
    public void The_spanning_tree_setting_of_a_bridge_is_read()
    {
        Assert.False(CreateBridge().RunsStp);
        Ip("link", "set", "cni0", "type", "bridge", "stp_state", "1");
        Assert.True(_socket.TryGetLink("cni0")!.RunsStp);
    }

    [Fact]
    public void An_existing_neighbour_is_changed_and_a_missing_one_is_not_created()
    {
        var bridge = CreateBridge();
        _socket.EnsureAddress(bridge.Index, Cidr.Parse("10.0.0.1/24"), skipsDad: true);
        _socket.Execute(new UpdateNeighbour(bridge.Index, IpAddress.Parse("10.0.0.7"), Mac(7)));
        Assert.Equal("", Neighbours());
        Ip("neigh", "add", "10.0.0.7", "lladdr", "02:00:00:00:00:99", "dev", "cni0", "nud", "stale");
        _socket.Execute(new UpdateNeighbour(bridge.Index, IpAddress.Parse("10.0.0.7"), Mac(7)));
        Assert.StartsWith("10.0.0.7 dev cni0 lladdr 02:00:00:00:00:07", Neighbours(), StringComparison.Ordinal);

        string Neighbours() => Ip("neigh", "show");
    }

    [Fact]
    public void The_link_to_an_address_is_that_of_its_route()
    {
        var bridge = CreateBridge();
        var anywhere = IpAddress.Parse("192.0.2.1");
        Assert.Null(_socket.FindLinkTowards(anywhere));
        _socket.EnsureAddress(bridge.Index, Cidr.Parse("10.0.0.1/24"), skipsDad: true);
        Ip("route", "add", "default", "via", "10.0.0.254");
        Assert.Equal(bridge.Index, _socket.FindLinkTowards(anywhere));
        Ip("route", "replace", "blackhole", "default", "metric", "0");
        Assert.Null(_socket.FindLinkTowards(anywhere));
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1", "10.0.0.7", "192.0.2.1")]
    [InlineData("fd00::1", "fd00::1", "fd00::7", "2001:db8::1")]
    public void Routes_to_own_addresses_to_neighbours_and_through_routers_are_distinguished(
        string address, string own, string neighbour, string far)
    {
        var bridge = CreateBridge();
        var length = IpAddress.Parse(address).IsV6 ? 64 : 24;
        _socket.EnsureAddress(bridge.Index, new Cidr(IpAddress.Parse(address), length), skipsDad: true);
        Assert.Null(_socket.FindLinkTowards(IpAddress.Parse(far)));
        Ip("route", "add", "default", "via", neighbour);

        var route = _socket.TryGetRoute(IpAddress.Parse(own))!;
        Assert.Equal((true, false), (route.IsLocal, route.IsUnicast));
        route = _socket.TryGetRoute(IpAddress.Parse(neighbour))!;
        Assert.Equal((false, true, 0), (route.IsLocal, route.IsUnicast, route.Gateways.Count));
        Assert.Equal([bridge.Index], route.Links);
        route = _socket.TryGetRoute(IpAddress.Parse(far))!;
        Assert.Equal((false, true), (route.IsLocal, route.IsUnicast));
        Assert.Equal([IpAddress.Parse(neighbour)], route.Gateways);
    }

    [Fact]
    public void A_missing_object_counts_as_deleted()
    {
        var bridge = CreateBridge();
        _socket.DeleteAddress(bridge.Index, Cidr.Parse("10.0.0.1/24"));
        _socket.DeleteLink(bridge.Index, bridge.Name);
        _socket.DeleteLink(bridge.Index, bridge.Name);
        Assert.Throws<KernelException>(() => _socket.Execute(new ChangeLink(bridge.Index, bridge.Name) { Up = true }));
    }

    // The main table of a new namespace is empty, which some kernels report as an error.
    [Theory]
    [InlineData(AddressFamily.IPv4)]
    [InlineData(AddressFamily.IPv6)]
    public void A_namespace_without_routes_has_none(AddressFamily family) => Assert.Empty(_socket.ListRoutes(family));

    Link CreateBridge()
    {
        Assert.True(_socket.TryCreateBridge(new CreateBridge("cni0", Mac(1), 1400)));
        return _socket.TryGetLink("cni0")!;
    }

    IEnumerable<string> ListAddresses(int index) =>
        _socket.ListAddresses(index).Select(address => address.Cidr.ToString());

    string Ip(params string[] arguments)
    {
        var (exitCode, output) = HelperProgram.Run("", "nsenter", [$"--net={_scratch.Path}", "ip", .. arguments]);
        Assert.True(exitCode == 0, output);
        return output;
    }

    static MacAddress Mac(byte last) => MacAddress.FromBytes([0x02, 0, 0, 0, 0, last]);
}
