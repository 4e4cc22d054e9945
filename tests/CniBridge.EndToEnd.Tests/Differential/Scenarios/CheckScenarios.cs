using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>Scenarios of CHECK after a change without the plugins. CHECK itself changes nothing.</summary>
static class CheckScenarios
{
    static readonly string Network = Config.Gateway($"\"ranges\": [{Config.Ipv4}, {Config.Ipv6}]");

    public static IReadOnlyList<Scenario> Table =>
    [
        .. new (string What, string Command, bool Fails)[]
        {
            ("an address was removed", "ip -n a address delete 10.88.0.2/24 dev eth0", true),
            ("an IPv6 address was removed", "ip -n a address delete fd00:88::2/64 dev eth0", true),
            ("the prefix length was changed",
                "ip -n a address delete 10.88.0.2/24 dev eth0; ip -n a address add 10.88.0.2/16 dev eth0", true),
            ("an address was added", "ip -n a address add 192.0.2.2/24 dev eth0", false),
            ("the default route was removed", "ip -n a route delete default", true),
            ("the connected route was removed", "ip -n a route delete 10.88.0.0/24", true),
            ("the IPv6 prefix length was changed",
                "ip -n a address delete fd00:88::2/64 dev eth0; ip -n a address add fd00:88::2/48 dev eth0 nodad", true),
            ("the IPv6 default route was removed", "ip -n a -6 route delete default", true),
            ("the connected IPv6 route was removed", "ip -n a -6 route delete fd00:88::/64", true),
            ("the interface was removed", "ip -n a link delete eth0", true),
            ("the interface was replaced", "ip -n a link delete eth0; ip -n a link add eth0 type bridge", true),
            ("the MAC was changed", "ip -n a link set eth0 address 02:00:00:00:00:09", true),
            ("the bridge was removed", "ip link delete cni0", true),
            ("the bridge's MAC was changed", "ip link set cni0 address 02:00:00:00:00:09", true),
            ("the bridge was made promiscuous", "ip link set cni0 promisc on", true),
            ("the port was taken out", "ip link set $(ls /sys/class/net/cni0/brif) nomaster", true),
            ("the MTU was changed", "ip -n a link set eth0 mtu 1400", false),
            ("the reservations were removed", "cd /var/lib/cni/networks/podnet; rm 10.88.0.2 fd00:88::2", true),
            ("one reservation was removed", "rm /var/lib/cni/networks/podnet/10.88.0.2", false),
        }.Select(change => new Scenario($"CHECK after {change.What}", Network)
        {
            Steps = [Add("a"), Sh(change.Command), Check("a") with { Fails = change.Fails }],
        }),
        new("CHECK after the bridge lost its address", Network)
        {
            Steps = [Add("a"), Sh("ip address flush dev cni0"), Check("a")],
            Differences = Known.OnlyGoSucceeds(Known.GatewayChecked, 3),
        },
        new("CHECK after the default route was changed", Network)
        {
            Steps = [Add("a"), Sh("ip -n a route replace default via 10.88.0.99"), Check("a")],
            Differences = Known.OnlyGoSucceeds(Known.DefaultGatewayChecked, 3),
        },
        new("CHECK after the IPv6 default route was changed", Network)
        {
            Steps = [Add("a"), Sh("ip -n a -6 route replace default via fd00:88::99"), Check("a")],
            Differences = Known.OnlyGoSucceeds(Known.DefaultGatewayChecked, 3),
        },
        new("CHECK after the interface was renamed", Network)
        {
            Steps = [Add("a"), Sh("ip -n a link set eth0 down; ip -n a link set eth0 name eth7"), NoCheck("a")],
            Differences = [new("pod a/eth7/address/fd00:88::2/64", null, "*", Known.Older) { After = [2, 3] }],
        },
        new("CHECK without an ADD", Network)
        {
            Steps = [NoCheck("a")],
            Differences = Known.NoStoreMade(1),
        },
        new("CHECK by another path of the namespace", Network)
        {
            Steps = [Add("a"), Sh("touch /run/node/x; mount --bind /run/netns/a /run/node/x"),
                NoCheck("a") with { Namespace = "/run/node/x" }],
            Differences = Known.OnlyOursSucceeds(Known.NamespaceIdentity, 3),
        },
    ];
}
