using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Doctor;

/// <summary>Tests of cni-bridge doctor on a healthy node, and with one fault at a time.</summary>
public sealed partial class DoctorTests
{
    [Fact]
    public void A_healthy_node_has_no_findings()
    {
        using var node = new DoctorNode();

        var result = node.Run("doctor", "--service-cidr", "10.96.0.0/12");

        Assert.Equal("no problems found\n", result.Succeeded().Stdout);
        Assert.Empty(result.Stderr);
        Assert.Empty(node.Examine());
    }

    [Fact]
    public void A_node_without_pods_has_no_findings()
    {
        using var node = new DoctorNode();
        node.Sh($"cni-bridge del container-pod1 && cni-bridge del container-pod2".Replace(
            "cni-bridge", Shell.Quote(DoctorNode.Program), StringComparison.Ordinal));
        Assert.Empty(node.Examine());
    }

    public static TheoryData<string, int> Planted => [.. Faults.All.Select(fault => (fault.Id, Faults.All.ToList().IndexOf(fault)))];

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_fault_is_found_and_its_command_fixes_it(string id, int number)
    {
        var fault = Faults.All[number];
        using var node = new DoctorNode();
        node.Sh(fault.Plant);
        var arguments = fault.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var found = node.Examine(arguments);

        var finding = found.FirstOrDefault(
            item => Text(item, "id") == id && Text(item, "what").Contains(fault.Words, StringComparison.Ordinal));
        Assert.True(finding.ValueKind == JsonValueKind.Object, $"{id} {fault.Words} is not among {string.Join('\n', found)}");
        // No placeholder is left.
        Assert.DoesNotMatch(@"\{[A-Z_]+\}", Text(finding, "what") + Text(finding, "fix"));
        if (fault.Fix is not null)
            Assert.Equal(fault.Fix, Text(finding, "fix"));
        var status = node.Run(["status", .. arguments]);
        Assert.Equal(found.Any(item => Text(item, "severity") == "error") ? 2 : 0, status.ExitCode);
        if (fault.NoCure is not null)
            return;
        for (var round = 0; round < fault.Rounds; round++)
        {
            foreach (var fix in found.Select(item => Text(item, "fix")).Distinct())
                node.Sh(fix);
            found = node.Examine(arguments);
        }
        Assert.Empty(found);
        node.AssertPodsReachAll();
    }

    [Theory]
    [InlineData("port=$(ls /sys/class/net/cni0/brif | head -n 1); ip link set $port mtu 1400")]
    [InlineData("ip -n pod1 link set eth0 mtu 1400")]
    public void Large_packets_are_lost_until_the_command_for_the_MTU_is_run(string fault)
    {
        using var node = new DoctorNode();
        Assert.Equal(0, Ping(1472, seconds: 30).ExitCode);
        node.Sh(fault);
        // With -M dont, only an interface that drops packets stops the ping.
        Assert.NotEqual(0, Ping(1472, seconds: 2).ExitCode);

        var finding = Assert.Single(node.Examine());

        Assert.Equal("pod-mtu", Text(finding, "id"));
        node.Sh(Text(finding, "fix"));
        Assert.Equal(0, Ping(1472, seconds: 30).ExitCode);
        Assert.Empty(node.Examine());

        CommandResult Ping(int size, int seconds) =>
            node.Node.Run("ping", "-M", "do", "-c", "1", "-w", $"{seconds}", "-s", $"{size}", "10.244.1.2");
    }

    [Fact]
    public void Lost_routes_of_a_single_synchronization_are_found()
    {
        using var node = new DoctorNode();
        node.Sh("rm /var/lib/cni-bridge/nodes.json");
        node.Run("routes", "sync").Succeeded();
        Assert.Empty(node.Examine());
        // As a carrier loss with systemd-networkd does.
        node.Sh("ip route flush proto 67; ip -6 route flush proto 67");

        var found = node.Examine();

        Assert.Equal(4, found.Count(item => Text(item, "id") == "route-missing"));
        Assert.Equal(2, node.Run("status").ExitCode);
        node.Sh(Text(found[0], "fix"));
        Assert.Empty(node.Examine());
        node.AssertPodsReachAll();
    }

    [Fact]
    public void IPv6_forwarding_that_is_off_on_links_only_is_not_reported_because_packets_pass()
    {
        using var node = new DoctorNode();
        node.Sh("sysctl -w net/ipv6/conf/cni0/forwarding=0 net/ipv6/conf/eth0/forwarding=0");
        node.AssertPodsReachAll();
        Assert.Empty(node.Examine());
    }

    [Fact]
    public void A_node_without_configuration_and_plugins_is_degraded()
    {
        using var node = new ScratchNode();
        var status = node.Run(DoctorNode.Program, "status");
        Assert.Equal(2, status.ExitCode);
        Assert.Contains("There is no network configuration in /etc/cni/net.d", status.Stdout, StringComparison.Ordinal);
        Assert.Contains("The plugin loopback is missing in /opt/cni/bin", status.Stdout, StringComparison.Ordinal);
    }

    /// <summary>The findings whose faults no test can cause here: this kernel has nftables, but no VLANs of bridges.</summary>
    static readonly string[] s_unplanted = ["kernel-without-nftables", "bridge-vlans-off"];

    [Fact]
    public void Every_documented_finding_has_a_fault() =>
        Assert.Equal(
            Documented().Except(s_unplanted).Order(StringComparer.Ordinal),
            Faults.All.Select(fault => fault.Id).Distinct().Order(StringComparer.Ordinal));

    /// <summary>Returns the findings of docs/doctor.md, which other tests compare with the program.</summary>
    static IEnumerable<string> Documented() =>
        RowPattern().Matches(File.ReadAllText(Path.Combine(PluginDirectory.RepositoryRoot, "docs/doctor.md")))
            .Select(row => row.Groups[1].Value);

    [GeneratedRegex(@"^\| `([a-z0-9-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    [Fact]
    public void doctor_changes_nothing()
    {
        using var node = new DoctorNode();
        // The node has a fault of each kind of state, and a store without lock and index.
        node.Sh($"""
            rm {DoctorNode.Store}/lock; rm -r /var/lib/cni-bridge/owners; nft delete table bridge cni-bridge; ip route del 10.244.2.0/24
            : > {DoctorNode.Store}/10.244.1.9; sysctl -w net.ipv4.ip_forward=0
            """);
        var before = Everything(node);

        Assert.NotEmpty(node.Examine());

        Assert.Equal(before, Everything(node));
    }

    static string Everything(DoctorNode node) => node.Node.SettledSnapshot() + node.Sh("""
        find /run/cni-bridge /var/lib/cni-bridge /var/lib/cni /etc/cni /opt/cni -printf '%p %M %s %T@ %C@\n' | sort
        nft --stateless list ruleset; cat /proc/net/ip_tables_names; ls /sys/module
        """).Stdout;

    [Fact]
    public void doctor_only_queries_the_kernel()
    {
        Requirement.Programs("strace");
        using var node = new DoctorNode();
        var trace = node.Node.Run(
            "strace", "-f", "-v", "-e", "trace=file,sendto,sendmsg,setsockopt,flock,kill,socket,mount", DoctorNode.Program, "doctor")
            .Succeeded().Stderr;

        Assert.DoesNotMatch(
            @"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|LOCK_EX|\b(unlink|rename|mkdir|link|symlink|chmod|utimens|truncate|kill|mount)(at|at2)?\(",
            trace);
        Assert.Single(ProgramPattern().Matches(trace));
        var requests = RequestPattern().Matches(trace).Select(match => match.Groups[1].Value).ToList();
        Assert.True(requests.Count > 20, trace);
        Assert.All(requests, request => Assert.True(IsQuestion(request), request));
    }

    /// <summary>Returns true for a query, by its name, or by its number if strace does not know the socket.</summary>
    static bool IsQuestion(string request)
    {
        if (!request.StartsWith("0x", StringComparison.Ordinal))
            return request.Contains("_GET", StringComparison.Ordinal);
        var type = int.Parse(request.Split(' ')[0][2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        // In rtnetlink, every third of four types is a query. In nftables (NFNL_SUBSYS_NFTABLES, 10) they are those for tables, chains,
        // rules, sets and elements.
        return type < 0x100 ? (type & 3) == 2 : type is 0xa01 or 0xa04 or 0xa07 or 0xa0a or 0xa0d;
    }

    [GeneratedRegex("nlmsg_type=([^,]+),")]
    private static partial Regex RequestPattern();

    [GeneratedRegex("execve")]
    private static partial Regex ProgramPattern();

    [Fact]
    public void doctor_without_root_checks_the_rest_and_names_the_skipped_parts()
    {
        Requirement.Programs("setpriv");
        using var node = new DoctorNode();
        node.Sh("sysctl -w net.ipv4.ip_forward=0; cp /opt/cni/bin/cni-bridge /run/cni-bridge-copy");

        var result = node.Node.Run(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/run/cni-bridge-copy", "doctor", "--output", "json");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(["forwarding-off-ipv4"], result.Json.GetProperty("findings").EnumerateArray().Select(item => Text(item, "id")));
        Assert.Contains("address reservations", result.Json.GetProperty("notChecked").EnumerateArray().Select(item => Text(item, "what")));
        Assert.Contains("you are not root: run as root to see", result.Stderr, StringComparison.Ordinal);

        node.Sh("sysctl -w net.ipv4.ip_forward=1");
        var nothing = node.Node.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/run/cni-bridge-copy", "doctor");
        Assert.Equal(1, nothing.ExitCode);
        Assert.Equal("no problems found in the parts that were checked\n", nothing.Stdout);
        Assert.Contains("cni-bridge: not checked: address reservations: ", nothing.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_output_names_problem_reason_and_remedy()
    {
        using var node = new DoctorNode();
        node.Sh("chmod 644 /etc/cni/net.d/*; ip link set cni0 type bridge stp_state 1; sysctl -w net.ipv4.ip_forward=0");

        var result = node.Run("doctor");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal("""
            error: IPv4 forwarding is off (net.ipv4.ip_forward = 0), but cni0 is the gateway of pods  [forwarding-off-ipv4]
              why: Pods cannot reach hosts outside the node, and hosts outside cannot reach pods
              fix: sysctl -w net.ipv4.ip_forward=1

            warning: The spanning tree protocol (STP) is on for cni0  [bridge-stp]
              why: A new pod has no connectivity for its first 30 seconds
              fix: ip link set cni0 type bridge stp_state 0

            1 error, 1 warning

            """, result.Stdout);
    }

    [Theory]
    [InlineData("--service-cidr", "x")]
    [InlineData("--output", "yaml")]
    [InlineData("surplus")]
    public void A_wrong_command_line_is_an_error(params string[] arguments)
    {
        using var node = new DoctorNode();
        var result = node.Run(["doctor", .. arguments]);
        Assert.Equal(1, result.ExitCode);
        Assert.NotEmpty(result.Stderr);
    }

    static string Text(JsonElement item, string member) => item.GetProperty(member).GetString()!;
}
