namespace CniBridge.EndToEnd.Tests.Doctor;

/// <summary>A fault that a test plants into a healthy node.</summary>
/// <param name="Id">The ID of the finding.</param>
/// <param name="Plant">The shell command that causes the fault.</param>
sealed record Fault(string Id, string Plant)
{
    /// <summary>Further arguments of doctor.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>The words that the finding must contain.</summary>
    public string Words { get; init; } = "";

    /// <summary>The command of the finding. Null skips the comparison.</summary>
    public string? Fix { get; init; }

    /// <summary>
    /// How often doctor must be asked until its commands leave nothing to find. More than once if a fault hides another one.
    /// </summary>
    public int Rounds { get; init; } = 1;

    /// <summary>The reason why the command of the finding cannot run here. Null if it runs.</summary>
    public string? NoCure { get; init; }
}

/// <summary>Faults of nearly every kind.</summary>
static class Faults
{
    const string Person = "a person has to decide", Cluster = "there is no cluster", Module = "modules are the machine's";
    const string Store = DoctorNode.Store, Conf = "/etc/cni/net.d", Bin = "/opt/cni/bin";
    const string Port = "port=$(ls /sys/class/net/cni0/brif | head -n 1)";

    /// <summary>A command that makes files old enough, because doctor gives a running ADD two minutes.</summary>
    const string Age = "touch -d '1 hour ago'";

    /// <summary>
    /// A command that makes the reservation and its record older. The record has the time of the file in units of 100 ns.
    /// </summary>
    const string AgeRecorded = $"then=$(date -d '1 hour ago' +%s); touch -d @$then {Store}/10.244.1.3 {Store}/fd00:a1::3; " +
        "sed -i -E \"s/^(10.244.1.3|fd00:a1::3) [0-9]+$/\\1 ${then}0000000/\" /var/lib/cni-bridge/owners/*/container-pod2,eth0";

    static readonly Fault[] s_configuration =
    [
        new("conf-missing", $"rm {Conf}/*") { Words = Conf },
        new("conf-missing", $"rm {Conf}/* /etc/cni-bridge/nodes.json; rm -r {Bin}/*") { Words = Conf },
        new("conf-missing", $"rm {Conf}/* /etc/cni-bridge/nodes.json /var/lib/cni-bridge/nodes.json") { Words = Conf },
        new("conf-invalid", $"echo '{{' > {Conf}/05-x.conflist") { Words = "05-x.conflist is not valid: it is not valid JSON" },
        new("conf-invalid", $"ln -s none {Conf}/05-x.conflist") { Words = "05-x.conflist is not valid: cannot read" },
        new("conf-invalid", $"ln -s /proc/self/mem {Conf}/05-x.conflist; sed -i s/10.244.1.0/10.244.1.7/ {DoctorNode.Conflist}")
        { Words = "host bits", Rounds = 2 },
        new("conf-invalid", $"sed -i s/10.244.1.0/10.244.1.7/ {DoctorNode.Conflist}") { Words = "host bits", Rounds = 2 },
        new("conf-misnamed", $"mv {DoctorNode.Conflist} {Conf}/10-podnet.conf") { Words = "list of plugins" },
        new("conf-shadowed",
            $$"""echo '{"name": "x", "plugins": [{"type": "ptp"}]}' > '{{Conf}}/05 x.conflist'""") { Words = "05 x.conflist" },
        new("conf-ignored",
            $"cp {DoctorNode.Conflist} {Conf}/20-podnet.conflist") { Words = "Runtimes ignore /etc/cni/net.d/20-podnet.conflist" },
        new("conf-writable", $"chmod 666 {DoctorNode.Conflist}") { Words = "0666" },
        new("portmap-without-capability", $"sed -i s/capabilities/capability/ {DoctorNode.Conflist}") { NoCure = Person },
    ];

    static readonly Fault[] s_ranges =
    [
        new("range-overlaps-range",
            $$"""echo '{"name": "second", "plugins": [{"type": "bridge", "bridge": "b2", "ipam": {"type": "host-local", "subnet": "10.244.0.0/16"} }]}' > {{Conf}}/20-x.conflist""")
        { Words = "10.244.0.0/16 of the network second overlaps the range 10.244.1.0/24 of the network podnet", NoCure = Person },
        new("range-overlaps-service", "true") { Arguments = "--service-cidr 10.244.0.0/16", Words = "10.244.0.0/16", NoCure = Person },
        new("range-overlaps-link", "ip link add up1 type veth peer name up2; ip address add 10.244.1.200/30 dev up1; ip link set up1 up")
        { Words = "10.244.1.200/30, the subnet of the link up1", NoCure = Person },
        new("route-refuses-pods", "ip route add unreachable 10.244.1.0/25") { Words = "unreachable route 10.244.1.0/25" },
        new("route-refuses-pods", "ip -6 route add blackhole fd00:a1::/96") { Words = "blackhole route fd00:a1::/96" },
        new("policy-rule-diverts", "ip route add 10.244.1.0/24 via 192.168.1.1 table 100; ip rule add to 10.244.0.0/16 lookup 100")
        { Words = "(table 100) takes packets for pods of 10.244.1.0/24 away from the bridge cni0" },
        new("policy-rule-diverts", "ip route add default via 192.168.1.1 table 100; ip rule add from 10.244.1.0/24 lookup 100 priority 77")
        { Words = "rule 77 (table 100) takes packets for pods of 10.244.3.0/24 away from the next hop 192.168.1.13 (node3)" },
        new("policy-rule-diverts", "ip -6 route add blackhole fd00:a3::/64 table 100; ip -6 rule add iif cni0 lookup 100 priority 77")
        { Words = "rule 77 (table 100) takes packets for pods of fd00:a3::/64 away from the next hop fd00:1::13 (node3)" },
        new("route-hides-pods", "ip route add 10.244.1.0/25 via 192.168.1.1") { Words = "10.244.1.0/25 dev eth0" },
        new("route-hides-pods", "ip -6 route add fd00:a1::/96 via fd00:1::9") { Words = "fd00:a1::/96 dev eth0" },
    ];

    static readonly Fault[] s_plugins =
    [
        new("plugin-missing", $"rm {Bin}/portmap") { Words = "plugin portmap is missing" },
        new("plugin-missing", $"rm -r {Bin}/*") { Words = "plugin bridge is missing" },
        new("other-plugin-missing",
            $$"""sed -i 's/{"type": "portmap"/{"type": "tuning"}, &/' {{DoctorNode.Conflist}}""") { Words = "tuning" },
        new("plugin-dangling", $"ln -sf nowhere {Bin}/bridge") { Words = "nowhere" },
        new("plugin-not-executable", $"chmod 644 {Bin}/cni-bridge") { Words = "0644" },
        new("plugin-of-go", $"rm {Bin}/bridge; cp {PluginDirectory.Go}/bridge {Bin}/bridge") { Words = "bridge in /opt/cni/bin" },
        new("plugin-of-other-build", $"echo >> {Bin}/cni-bridge") { Words = "bridge, host-local, loopback, portmap in" },
        new("plugin-damaged", $"truncate -s 1000000 {Bin}/cni-bridge") { Words = "truncated" },
        new("plugin-damaged",
            $"rm {Bin}/portmap; install -m 755 /dev/null {Bin}/portmap") { Words = "portmap in /opt/cni/bin: not a program" },
        new("plugin-not-static", $"rm {Bin}/bridge; cp /bin/true {Bin}/bridge") { Words = "bridge in" },
    ];

    static readonly Fault[] s_forwarding =
    [
        new("forwarding-off-ipv4", "sysctl -w net.ipv4.ip_forward=0"),
        new("forwarding-off-ipv6", "sysctl -w net.ipv6.conf.all.forwarding=0"),
        new("forwarding-off-link", "sysctl -w net/ipv4/conf/eth0/forwarding=0") { Words = "IPv4 forwarding is off on eth0" },
        new("rp-filter-strict", """
            ip link add eth1 type veth peer name up1; ip address add 192.168.2.11/24 dev eth1; ip link set eth1 up; ip link set up1 up
            ip route add default via 192.168.2.1 metric 100; sysctl -w net/ipv4/conf/eth1/rp_filter=1
            """)
        { Words = "eth1 drops" },
        new("accept-ra-ignored", "ip -6 route replace default via fd00:1::1 dev eth0 proto ra; sysctl -w net/ipv6/conf/eth0/accept_ra=1"),
        new("bridge-accepts-ra", "sysctl -w net/ipv6/conf/cni0/accept_ra=2"),
        new("ipv6-switched-off", "sysctl -w net/ipv6/conf/cni0/disable_ipv6=1"),
        new("bridge-netfilter-off",
            "nft add table ip kube-proxy; nft add chain ip kube-proxy services; sysctl -w net/bridge/bridge-nf-call-iptables=0")
        { Words = "IPv4" },
        new("bridge-netfilter-off",
            "nft add table ip6 nat; nft add chain ip6 nat KUBE-SERVICES; sysctl -w net/bridge/bridge-nf-call-ip6tables=0")
        { Words = "IPv6" },
        new("bridge-netfilter-missing", "nft add table ip kube-proxy; nft add chain ip kube-proxy x; mount -t tmpfs x /proc/sys/net/bridge")
        { NoCure = Module },
    ];

    static readonly Fault[] s_bridge =
    [
        new("not-a-bridge", "ip link delete cni0; ip link add cni0 type veth peer name x") { Words = "kind veth", Rounds = 3 },
        new("bridge-missing", "ip link delete cni0") { Words = "such as podnet/container-pod", Rounds = 2 },
        new("bridge-down", "ip link set cni0 down"),
        new("gateway-missing", "ip address del 10.244.1.1/24 dev cni0") { Words = "10.244.1.1/24" },
        new("gateway-missing", "ip address del fd00:a1::1/64 dev cni0") { Words = "fd00:a1::1/64" },
        new("bridge-foreign-address", "ip address add 10.250.0.1/24 dev cni0") { Words = "10.250.0.1/24" },
        new("bridge-mtu", "ip link set eth0 mtu 1400") { Words = "the uplink eth0 (1400)" },
        new("bridge-mtu", "ip route change default via 192.168.1.1 mtu 1400") { Words = "the IPv4 default route through eth0 (1400)" },
        new("pod-mtu", $"{Port}; ip link set $port mtu 1400") { Words = "is 1500, but its host veth" },
        new("pod-mtu", "ip -n pod1 link set eth0 mtu 1400") { Words = "is 1400, but its host veth" },
        new("pod-mtu-large", "ip link set eth0 mtu 1400; ip link set cni0 mtu 1400") { Words = "the bridge cni0 (1400)" },
        new("pod-mtu-large", "ip route change default via 192.168.1.1 mtu 1400") { Words = "the IPv4 default route through eth0 (1400)" },
        new("port-mtu", $"{Port}; ip link set cni0 mtu 1400; ip link set cni0 mtu 1500; ip link set $port mtu 1300") { Words = "1300" },
        new("bridge-stp", "ip link set cni0 type bridge stp_state 1"),
        new("bridge-full",
            "for i in $(seq 1 500); do echo link add d$i type veth peer name e$i; echo link set d$i master cni0; echo link set e$i " +
            "master cni0; done | ip -batch -")
        { Words = "1002 of", NoCure = Cluster },
        new("port-down", $"{Port}; ip link set $port down") { Words = "podnet/container-pod" },
        new("port-detached", $"{Port}; ip link set $port nomaster") { Words = "podnet/container-pod" },
        new("port-hairpin", $"{Port}; ip link set $port type bridge_slave hairpin off") { Words = "off" },
        new("port-isolation", $"{Port}; ip link set $port type bridge_slave isolated on") { Words = "on" },
    ];

    static readonly Fault[] s_store =
    [
        new("store-not-writable", "mount -o remount,ro /var/lib/cni") { Words = Store },
        new("store-full", $"mount -t tmpfs -o nr_inodes=3 x {Store}; touch {Store}/lock {Store}/x")
        { Words = "no free inodes", NoCure = Person },
        new("store-full", $"mount -t tmpfs -o size=8k x {Store}; dd if=/dev/zero of={Store}/x bs=4k count=2")
        { Words = "no free space", NoCure = Person },
        new("reservation-leaked",
            $"{AgeRecorded}; ip -n pod2 link delete eth0; ip netns delete pod2") { Words = "10.244.1.3 (container-pod2), fd00:a1::3 " +
            "(container-pod2)" },
        new("reservation-unproven",
            $"printf 'of-go\\r\\neth0' > {Store}/10.244.1.77; {Age} {Store}/10.244.1.77") { Words = "10.244.1.77 (of-go)" },
        new("reservation-empty", $": > {Store}/10.244.1.78; {Age} {Store}/10.244.1.78") { Words = "10.244.1.78" },
        new("reservation-torn", $"printf '../x' > {Store}/10.244.1.79; {Age} {Store}/10.244.1.79") { Words = "10.244.1.79" },
        new("reservation-outside", $"printf 'old\\r\\neth0' > {Store}/10.9.9.9; {Age} {Store}/10.9.9.9") { Words = "10.9.9.9" },
        new("marker-outside", $"echo 10.9.9.9 > {Store}/last_reserved_ip.2") { Words = "last_reserved_ip.2" },
        new("pool-nearly-full", $"for i in $(seq 10 239); do printf \"c$i\\r\\neth0\" > {Store}/10.244.1.$i; done") { Words = "of the 253",
            NoCure = Person },
        new("pool-full", $"for i in $(seq 4 254); do printf \"c$i\\r\\neth0\" > {Store}/10.244.1.$i; done") { Words = "All 253",
            NoCure = Person },
        new("address-claimed", "ip -n pod1 address add 10.244.1.200/24 dev eth0; ping -c 1 -W 5 10.244.1.200")
        { Words = "(podnet/container-pod1/eth0) claims free addresses of podnet: 10.244.1.200", NoCure = Person },
        new("address-claimed", """
            ip link add go0 address 02:00:5e:00:53:07 type veth peer name eth1 netns pod1; ip link set go0 master cni0 up
            ip -n pod1 address add 10.244.1.201/24 dev eth1; ip -n pod1 link set eth1 up; ip -n pod1 link set eth0 down; ping -c 1 -w 30 10.244.1.201
            """)
        { Words = "go0 of cni0 (made by another plugin) claims free addresses of podnet: 10.244.1.201", NoCure = Person },
        new("address-unreserved", $"ping -c 1 -W 5 10.244.1.2; rm {Store}/10.244.1.2")
        { Words = "(podnet/container-pod1/eth0) uses addresses of podnet that are not reserved: 10.244.1.2" },
    ];

    static readonly Fault[] s_rules =
    [
        new("table-dormant", "nft add table ip cni-bridge '{ flags dormant; }'") { Words = "table ip cni-bridge" },
        new("table-dormant", "nft add table bridge cni-bridge '{ flags dormant; }'") { Words = "table bridge cni-bridge" },
        new("masquerade-lost", "nft flush ruleset") { Words = "podnet" },
        new("macspoofchk-lost", "nft delete table bridge cni-bridge") { Words = "podnet/container-pod" },
        new("hostport-lost", "nft flush map ip cni-bridge hostports") { Words = "8080" },
        new("record-stale", "ip -n pod1 link delete eth0; ip netns delete pod1") { Words = "podnet/container-pod1/eth0" },
        new("record-orphaned", $"ip -n pod1 link delete eth0; ip netns delete pod1; sed -i s/podnet/other/ {DoctorNode.Conflist}")
        { Words = "/run/cni-bridge/" },
        new("forward-dropped",
            "nft add table inet fw; nft add chain inet fw forward '{ type filter hook forward priority 0; policy drop; }'")
        { Words = "of pod 10.244.1.2 from cni0 to eth0 (chain inet fw forward, policy drop)" },
        new("forward-dropped",
            "nft add table inet fw; nft add chain inet fw forward '{ type filter hook forward priority 0; }'; " +
            "nft add rule inet fw forward ip daddr 10.244.0.0/16 ip saddr 10.244.0.0/16 drop")
        { Words = "of pod 10.244.1.2 to pods of 10.244.2.0/24 from cni0 to eth0 (chain inet fw forward, rule handle 2 of chain forward)" },
        new("forward-dropped", "iptables -P FORWARD DROP") { Words = "ip filter FORWARD" },
        new("forward-dropped-between-pods", """
            nft add table inet fw; nft add chain inet fw forward '{ type filter hook forward priority 0; }'
            nft add rule inet fw forward iifname cni0 oifname cni0 drop; sysctl -w net/bridge/bridge-nf-call-iptables=1
            """)
        { Words = "from cni0 to cni0" },
        new("forward-dropped-legacy", "iptables-legacy -P FORWARD DROP") { Words = "ip filter FORWARD of iptables-legacy" },
        new("forward-dropped-legacy", "ip6tables-legacy -A FORWARD -i eth0 -j ACCEPT; ip6tables-legacy -P FORWARD DROP")
        { Words = "ip6 filter FORWARD of iptables-legacy" },
        new("legacy-chains",
            "iptables-legacy -t nat -N CNI-1; iptables-legacy -t nat -A CNI-1 -j ACCEPT; iptables-legacy -t nat -A POSTROUTING -s " +
            "10.9.0.0/16 -j CNI-1")
        { Words = "table nat (IPv4) contains chains of the Go plugins (1, for example CNI-1)" },
    ];

    static readonly Fault[] s_routes =
    [
        new("route-missing", "ip route del 10.244.2.0/24") { Words = "10.244.2.0/24 via 192.168.1.12 (node2)" },
        new("route-wrong", "ip route replace 10.244.2.0/24 via 192.168.1.99 proto 67") { Words = "192.168.1.12" },
        new("route-unwanted", "ip route add 10.77.0.0/24 via 192.168.1.12 proto 67") { Words = "10.77.0.0/24" },
        new("route-foreign",
            "ip route del 10.244.2.0/24; ip route add 10.244.2.0/24 via 192.168.1.99 proto static") { Words = "protocol 4" },
        new("route-foreign", "ip -6 route add fd00:a3::/64 via fd00:1::99 metric 512") { Words = "fd00:a3::/64" },
        new("next-hop-silent", "ip -n lan address del 192.168.1.12/24 dev node1")
        { Words = "do not answer: 192.168.1.12 (node2)", NoCure = Cluster },
        new("route-inside-peer", "ip route add blackhole 10.244.2.0/25") { Words = "blackhole route 10.244.2.0/25" },
        new("route-inside-peer", "ip -6 route add fd00:a3::/96 via fd00:1::99") { Words = "unicast route fd00:a3::/96" },
        new("node-unreachable", "sed -i s/192.168.1.13/192.168.9.13/ /var/lib/cni-bridge/nodes.json") { Words = "behind the gateway",
            NoCure = Person },
        new("node-table", "sed -i s/192.168.1.13/192.168.1.12/ /var/lib/cni-bridge/nodes.json")
        {
            Words = "node3: the address 192.168.1.12 is not used: it is already an address of node2",
            Fix = "vi /etc/cni-bridge/nodes.json",
            NoCure = Person,
        },
        new("node-table", """
            sed -i -e s/192.168.1.13/192.168.1.12/ -e '1s/{/{"source": "\/etc\/my nodes.json",/' /var/lib/cni-bridge/nodes.json
            """)
        {
            Fix = "vi '/etc/my nodes.json'",
            NoCure = Person,
        },
        new("node-table", """
            sed -i -e s/192.168.1.13/192.168.1.12/ -e '1s/{/{"source": "Kubernetes",/' /var/lib/cni-bridge/nodes.json
            """)
        {
            Fix = "kubectl describe node node3",
            NoCure = Cluster,
        },
        new("node-table", "sed -i 's/\"addresses\": .\"192.168.1.13\"/\"adresses\": [\"192.168.1.13\"/' /var/lib/cni-bridge/nodes.json")
        { Words = "adresses", NoCure = Person },
        new("pod-range-refused",
            "sed -i s/10.244.3.0/10.244.2.0/ /var/lib/cni-bridge/nodes.json") { Words = "node3: the pod CIDR 10.244.2.0/24 is not used: " +
            "it overlaps", NoCure = Person },
        new("pod-range-refused",
            "sed -i s,fd00:a3::/64,2000::/3, /var/lib/cni-bridge/nodes.json") { Words = "node3: the pod CIDR 2000::/3 is not used: it is " +
            "larger", NoCure = Person },
        new("pod-range-refused", """sed -i '1s/{/{"clusterCidrs": ["10.244.2.0\/24", "fd00::\/8"],/' /var/lib/cni-bridge/nodes.json""")
        { Words = "node3: the pod CIDR 10.244.3.0/24 is not used: it is outside the cluster CIDRs", NoCure = Person },
        new("route-retained", "sed -i s/10.244.3.0/10.244.2.0/ /var/lib/cni-bridge/nodes.json")
        {
            Words = "the route 10.244.3.0/24 via 192.168.1.13 is kept",
            Fix = "vi /etc/cni-bridge/nodes.json",
            NoCure = Person,
        },
        new("route-retained", """
            sed -i -e s/10.244.3.0/10.244.2.0/ -e '1s/{/{"source": "Kubernetes",/' /var/lib/cni-bridge/nodes.json
            """)
        {
            Fix = "kubectl describe node node3",
            NoCure = Cluster,
        },
        new("node-unknown", "true") { Arguments = "--node-name other", Words = "other", NoCure = Person },
    ];

    static readonly Fault[] s_limits =
    [
        new("neighbour-table-small",
            "mount -t tmpfs x /proc/sys/net/ipv4/neigh; mkdir /proc/sys/net/ipv4/neigh/default; echo 4 > " +
            "/proc/sys/net/ipv4/neigh/default/gc_thresh3")
        { Words = "IPv4 neighbour table holds at most 4 entries, for 5 pods and nodes" },
        new("connection-table-full", """
            cd /proc/sys/net/netfilter; echo 100 > /run/max; echo 95 > /run/count
            mount --bind /run/max nf_conntrack_max; mount --bind /run/count nf_conntrack_count
            """)
        { Words = "95 of at most 100 entries" },
        new("inotify-instances-few", "echo 16 > /run/few; mount --bind /run/few /proc/sys/fs/inotify/max_user_instances") { Words = "16" },
    ];

    public static IReadOnlyList<Fault> All { get; } =
        [.. s_configuration, .. s_ranges, .. s_plugins, .. s_forwarding, .. s_bridge, .. s_store, .. s_rules, .. s_routes, .. s_limits];
}
