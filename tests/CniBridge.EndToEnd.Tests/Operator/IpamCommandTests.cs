using System.Text.Json;
using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of cni-bridge ipam, judged by the files and by ip.</summary>
public sealed class IpamCommandTests
{
    const int Findings = 2;
    const string Store = "/var/lib/cni/networks/podnet";
    const string Records = "/var/lib/cni-bridge/owners";

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    static readonly string s_config = Configurations.WithIpam("""{"ranges": [[{"subnet": "10.88.0.0/24"}]]}""");

    static CommandResult Run(ScratchNode node, params string[] arguments) => node.Run(Program, ["ipam", .. arguments]);

    static JsonElement[] Reservations(CommandResult result) => [.. result.Json.GetProperty("reservations").EnumerateArray()];

    static string? Text(JsonElement reservation, string name) => reservation.GetProperty(name).GetString();

    static string Add(ScratchNode node, string pod)
    {
        node.AddPod(pod);
        return RawCall.Of(node, "ADD", s_config, pod).Succeed().Json.GetProperty("ips")[0].GetProperty("address").GetString()![..^3];
    }

    /// <summary>
    /// Creates a node with four reservations: 10.88.0.2 is in use, 10.88.0.3 lost its namespace, 10.88.0.4 has no record, 10.88.0.5 is an
    /// empty file.
    /// </summary>
    static ScratchNode NewNodeWithOneOfEach()
    {
        var node = NewNode();
        Assert.Equal("10.88.0.2", Add(node, "lives"));
        Assert.Equal("10.88.0.3", Add(node, "died"));
        node.Run("ip", "netns", "delete", "died").Succeeded();
        node.Run("timeout", "60", "sh", "-c", "while [ $(ls /sys/class/net/cni0/brif | wc -l) != 1 ]; do sleep 0.05; done").Succeeded();
        node.Run("sh", "-c", $"printf 'gopod\\r\\neth0' > {Store}/10.88.0.4; : > {Store}/10.88.0.5").Succeeded();
        return node;
    }

    [Fact]
    public void Each_reservation_is_listed_with_owner_state_and_reason()
    {
        using var node = NewNodeWithOneOfEach();

        var found = Reservations(Run(node, "list", "--output", "json").Succeeded());

        Assert.Equal(["10.88.0.2", "10.88.0.3", "10.88.0.4", "10.88.0.5"], found.Select(one => Text(one, "address")));
        Assert.Equal(["alive", "dead", "unknown", "dead"], found.Select(one => Text(one, "state")));
        Assert.Equal([false, true, false, true], found.Select(one => one.GetProperty("leaked").GetBoolean()));
        Assert.Equal(
            ("container-lives", "eth0", "/run/netns/lives"),
            (Text(found[0], "containerId"), Text(found[0], "interface"), Text(found[0], "netns")));
        Assert.All(found, one => Assert.Equal("podnet", Text(one, "network")));
        Assert.Contains("its namespace is gone from /run/netns/died", Text(found[1], "how"), StringComparison.Ordinal);
        Assert.Contains(
            "another plugin made it; no namespace on the node uses the address", Text(found[2], "how"), StringComparison.Ordinal);
        Assert.Contains("its file is empty", Text(found[3], "how"), StringComparison.Ordinal);
        var time = found[0].GetProperty("reservedAt").GetDateTimeOffset();
        Assert.InRange(DateTimeOffset.UtcNow - time, TimeSpan.Zero, TimeSpan.FromMinutes(1));

        var text = Run(node, "list").Succeeded().Stdout.Split('\n');
        Assert.StartsWith("NETWORK  ADDRESS", text[0], StringComparison.Ordinal);
        Assert.Matches("^podnet +10.88.0.2 +container-lives +eth0 +alive +[0-9ms]+$", text[1]);
        Assert.DoesNotContain('\u001b', string.Concat(text));
    }

    [Fact]
    public void The_list_fits_80_columns_and_has_complete_values_on_request()
    {
        using var node = NewNodeWithOneOfEach();
        var container = new string('c', 64);
        const string pod = "a-long-namespace/a-deployment-with-a-long-name-7c9d8f6b5c-x2x4z";
        node.AddPod("named");
        RawCall.Of(node, "ADD", s_config, "named").With("CNI_CONTAINERID", container)
            .With("CNI_ARGS", $"IgnoreUnknown=1;K8S_POD_NAMESPACE={pod.Split('/')[0]};K8S_POD_NAME={pod.Split('/')[1]}").Succeed();

        var lines = Run(node, "list").Succeeded().Stdout.TrimEnd().Split('\n');
        Assert.Matches("^NETWORK  ADDRESS +POD +INTERFACE  STATE +AGE$", lines[0]);
        Assert.Contains(lines, line => Regex.IsMatch(line, "^podnet +10.88.0.[0-9]+ +a-long-namespace/[^ ]+…  eth0 +alive +[0-9ms]+$"));
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
        var wide = Run(node, "list", "--wide").Succeeded().Stdout;
        Assert.Matches($"(?m)^podnet +10.88.0.[0-9]+ +{pod} +{container} +eth0 +alive +[0-9-]+ [0-9:]+Z +its host veth ", wide);
        Assert.Matches("(?m)^podnet +10.88.0.3 .* dead .* its namespace is gone from /run/netns/died", wide);
        var columns = node.Run("env", "COLUMNS=200", Program, "ipam", "list").Succeeded().Stdout;
        Assert.Contains($"  {pod}  ", columns, StringComparison.Ordinal);
        // The width of a terminal.
        Requirement.Programs("script");
        var shell = $"stty columns 150; {Shell.Quote(Program)} ipam list";
        Assert.Contains($"  {pod}  ", node.Run("script", "-qec", shell, "/dev/null").Succeeded().Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void ipam_list_changes_nothing()
    {
        using var node = NewNodeWithOneOfEach();
        // An operator could leave this state, and every other command would repair it.
        node.Run("rm", $"{Store}/10.88.0.2").Succeeded();
        var before = Files(node);

        Run(node, "list").Succeeded();
        Assert.Equal(Findings, Run(node, "leaks").ExitCode);
        Run(node, "show", "10.88.0.4").Succeeded();
        Run(node, "gc", "--dry-run").Succeeded();

        Assert.Equal(before, Files(node));
    }

    static string Files(ScratchNode node) =>
        node.Run("sh", "-c",
            "find /var/lib/cni /var/lib/cni-bridge /run/cni-bridge -type f -printf '%p %T@ ' -exec md5sum {} \\; | sort").Stdout;

    [Fact]
    public void Only_leaked_reservations_are_found_and_released()
    {
        using var node = NewNodeWithOneOfEach();

        var leaks = Run(node, "leaks", "--output", "json");
        Assert.Equal(Findings, leaks.ExitCode);
        Assert.Equal(["10.88.0.3", "10.88.0.5"], Reservations(leaks).Select(one => Text(one, "address")));
        Assert.EndsWith("2 would be released\n", Run(node, "gc", "--dry-run").Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Equal(4, node.Reservations().Count());

        Assert.EndsWith("2 released\n", Run(node, "gc").Succeeded().Stdout, StringComparison.Ordinal);

        Assert.Equal(["10.88.0.2", "10.88.0.4"], node.Reservations().Order());
        Assert.Equal("no leaked addresses\n", Run(node, "leaks").Succeeded().Stdout);
        Assert.Equal("0 released\n", Run(node, "gc").Succeeded().Stdout);
    }

    [Fact]
    public void One_address_is_shown_and_released_unless_a_running_pod_uses_it()
    {
        using var node = NewNodeWithOneOfEach();

        var shown = Run(node, "show", "10.88.0.2").Succeeded().Stdout;
        Assert.Matches("(?m)^container +container-lives$", shown);
        Assert.Matches("(?m)^namespace +/run/netns/lives$", shown);
        Assert.Matches("(?m)^file +/var/lib/cni/networks/podnet/10.88.0.2$", shown);
        var refused = Run(node, "release", "10.88.0.2");
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("cni-bridge: 10.88.0.2 is in use: its host veth veth", refused.Stderr, StringComparison.Ordinal);
        Assert.Equal("released 10.88.0.4 of gopod eth0\n", Run(node, "release", "10.88.0.4").Succeeded().Stdout);
        Assert.Equal(["10.88.0.2", "10.88.0.3", "10.88.0.5"], node.Reservations().Order());
        Assert.Equal("cni-bridge: 10.88.0.4 is not reserved\n", Run(node, "release", "10.88.0.4").Stderr);
        Assert.Equal(1, Run(node, "show", "10.88.0.4").ExitCode);
        Assert.Equal("cni-bridge: invalid address \"10.88.0\": use an IPv4 or IPv6 address\n", Run(node, "show", "10.88.0").Stderr);
        Run(node, "release", "10.88.0.2", "--force").Succeeded();
        Assert.DoesNotContain("10.88.0.2", node.Reservations());
    }

    [Fact]
    public void A_network_is_required_if_several_have_the_address()
    {
        using var node = NewNodeWithOneOfEach();
        node.WriteFile("/etc/cni/net.d/20-other.conf", """
            {"cniVersion": "1.0.0", "name": "other", "type": "bridge", "ipam": {"type": "host-local", "dataDir": "/srv/cni", "subnet": "10.88.0.0/24"}}
            """);
        node.Run("sh", "-c", "mkdir -p /srv/cni/other && printf 'gopod\\r\\neth0' > /srv/cni/other/10.88.0.4").Succeeded();

        Assert.Equal(5, Reservations(Run(node, "list", "--output", "json").Succeeded()).Length);
        Assert.Contains("select one of other, podnet with --network", Run(node, "release", "10.88.0.4").Stderr, StringComparison.Ordinal);
        Run(node, "release", "10.88.0.4", "--network", "other").Succeeded();
        Assert.Contains("10.88.0.4", node.Reservations());
        Assert.Equal("no addresses are reserved\n", Run(node, "list", "--network", "other").Succeeded().Stdout);
        Assert.Contains("unknown network \"none\"", Run(node, "list", "--network", "none").Stderr, StringComparison.Ordinal);
    }

    // Afterwards the claims of neighbours are unnecessary: the addresses are reserved, and their pods can be proven dead later.
    [Fact]
    public void A_lost_store_is_rebuilt_from_the_existing_namespaces()
    {
        using var node = NewNode();
        string[] pods = [.. Enumerable.Range(0, 10).Select(i => $"pod{i}")];
        var addresses = pods.Select(pod => Add(node, pod)).ToArray();
        node.Run("rm", "-rf", Store, Records).Succeeded();
        // Another container has the address by now.
        node.Run("sh", "-c", $"mkdir -p {Store} && printf 'thief\\r\\neth0' > {Store}/{addresses[9]}").Succeeded();

        var rebuilt = Run(node, "rebuild", "--output", "json");

        Assert.Equal(Findings, rebuilt.ExitCode);
        Assert.Equal(
            pods.Select((pod, i) => (addresses[i], $"container-{pod}", i == 9 ? "taken" : "restored")).Order(),
            rebuilt.Json.GetProperty("rebuilt").EnumerateArray()
                .Select(one => (Text(one, "address")!, Text(one, "containerId")!, Text(one, "step")!)).Order());
        Assert.Equal(addresses.Order(), node.Reservations().Order());
        node.Run("rm", "-f", $"{Store}/{addresses[9]}").Succeeded();
        Assert.Matches($"(?m)^podnet +{addresses[9]} +container-pod9 +eth0 +restored$", Run(node, "rebuild").Succeeded().Stdout);
        Assert.Equal("the addresses of all running pods are reserved\n", Run(node, "rebuild").Succeeded().Stdout);

        Assert.DoesNotContain(Add(node, "next"), addresses);
        node.Run("ip", "netns", "delete", "pod0").Succeeded();
        node.Run("timeout", "60", "sh", "-c", "while [ $(ls /sys/class/net/cni0/brif | wc -l) != 10 ]; do sleep 0.05; done").Succeeded();
        Assert.Equal(["10.88.0.2"], Reservations(Run(node, "leaks", "--output", "json")).Select(one => Text(one, "address")));
        foreach (var pod in pods)
            RawCall.Of(node, "DEL", s_config, pod).Succeed();
        Assert.Single(node.Reservations());
    }

    // A pod with CAP_NET_ADMIN can configure any address.
    [Theory]
    [InlineData("reservations", "10.88.0.0/24")]
    [InlineData("reservations and records", "10.88.0.0/24")]
    [InlineData("reservations", "")]
    [InlineData("reservations and records", "")]
    public void A_rebuild_ignores_addresses_that_a_pod_configured_for_itself(string lost, string subnet)
    {
        using var node = NewNode();
        var addresses = new[] { Add(node, "first"), Add(node, "hostile") };
        node.Run("sh", "-ec", """
            for last in 0 1 2 7 8 9 50 77 255; do ip -n hostile address add 10.88.0.$last/24 dev eth0; done
            ip -n hostile address add 10.99.0.5/16 dev eth0
            """).Succeeded();
        if (subnet.Length > 0)
            Configure(node, $$"""{"type": "host-local", "subnet": "{{subnet}}", "gateway": "10.88.0.50", "exclude": ["10.88.0.8/31"]}""");
        node.Run("sh", "-c", $"rm -rf {Store}/* {(lost == "reservations" ? "" : Records)}").Succeeded();

        Run(node, "rebuild").Succeeded();

        Assert.Equal(addresses.Order(), node.Reservations().Order());
    }

    // Without a record, the first address of the interface counts. Here no pod can have it.
    [Theory]
    [InlineData("10.88.0.1")]
    [InlineData("10.88.0.0")]
    [InlineData("10.88.0.255")]
    [InlineData("10.88.0.50")]
    [InlineData("10.88.0.9")]
    public void A_rebuild_reserves_no_gateway_network_broadcast_or_excluded_address(string first)
    {
        using var node = NewNode();
        Add(node, "pod");
        node.Run("sh", "-ec",
            $"ip -n pod address flush dev eth0; ip -n pod address add {first}/24 dev eth0; ip -n pod address add 10.88.0.2/24 dev eth0; " +
            $"rm -rf {Store} {Records}")
            .Succeeded();
        Configure(node, """{"type": "host-local", "subnet": "10.88.0.0/24", "gateway": "10.88.0.50", "exclude": ["10.88.0.8/31"]}""");

        Run(node, "rebuild").Succeeded();

        Assert.Equal(["10.88.0.2"], node.Reservations());
    }

    static void Configure(ScratchNode node, string ipam) => node.WriteFile("/etc/cni/net.d/10-podnet.conflist", $$"""
        {"cniVersion": "1.0.0", "name": "podnet", "plugins": [{"type": "bridge", "bridge": "cni0", "isGateway": true, "ipam": {{ipam}}}]}
        """);

    [Fact]
    public void A_rebuild_makes_stale_reservations_of_other_plugins_detectable()
    {
        using var node = NewNode();
        Add(node, "pod");
        node.Run("rm", "-rf", Records).Succeeded();
        Assert.Equal("unknown: there is no record of its attachment", Life(node));

        Assert.Matches("namespace recorded", Run(node, "rebuild").Succeeded().Stdout);

        node.Run("ip", "netns", "delete", "pod").Succeeded();
        node.Run("timeout", "60", "sh", "-c", "while [ -n \"$(ls /sys/class/net/cni0/brif)\" ]; do sleep 0.05; done").Succeeded();
        Assert.Equal("dead: its namespace is gone from /run/netns/pod", Life(node));

        static string Life(ScratchNode node)
        {
            var one = Assert.Single(Reservations(Run(node, "list", "--output", "json").Succeeded()));
            // While the pod has the address, this is reported too.
            var state = one.GetProperty("configured").GetBoolean() ? "unknown" : Text(one, "state");
            return $"{state}: {Text(one, "how")!.Split(':', ';')[0]}";
        }
    }

    [Fact]
    public void The_error_for_a_user_other_than_root_names_the_reason()
    {
        using var node = NewNodeWithOneOfEach();
        node.Run("sh", "-c", $"mkdir -p /run/node/bin && cp {Shell.Quote(Program)} /run/node/bin/ && chmod 700 {Store}").Succeeded();

        var result = node.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/run/node/bin/cni-bridge", "ipam", "list");

        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("permission denied (you are not root)\n", result.Stderr, StringComparison.OrdinalIgnoreCase);
    }

    static ScratchNode NewNode()
    {
        Requirement.Node();
        return new ScratchNode();
    }
}
