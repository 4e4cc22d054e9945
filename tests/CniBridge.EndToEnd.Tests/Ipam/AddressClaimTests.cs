using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>Tests of a pod that claims foreign addresses: it does not stop other pods from starting.</summary>
public sealed class AddressClaimTests
{
    const string Conflist = "/etc/cni/net.d/10-podnet.conflist";

    static readonly string s_config = Configurations.WithIpam(
        """{"ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/120"}]]}""");

    static string Address(int number, bool isV6) =>
        isV6 ? $"fd00:88::{number.ToString("x", CultureInfo.InvariantCulture)}"
            : string.Create(CultureInfo.InvariantCulture, $"10.88.0.{number}");

    /// <summary>Creates a node with the pod "hostile", whose addresses are 10.88.0.2 and fd00:88::2, and two unattached ones.</summary>
    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        foreach (var pod in new[] { "hostile", "pod", "second" })
            node.AddPod(pod);
        RawCall.Of(node, "ADD", s_config, "hostile").Succeed();
        return node;
    }

    static void Claim(ScratchNode node, int first, int last)
    {
        using var pod = new RawPod(node, "hostile");
        foreach (var isV6 in new[] { true, false })
            pod.Claim([.. Enumerable.Range(first, last - first + 1).Select(number => Address(number, isV6))], Address(1, isV6));
    }

    /// <summary>Removes the name of the pod from its port, which then looks like one of another plugin.</summary>
    static void Disguise(ScratchNode node) =>
        node.Run("sh", "-ec",
            "cd /sys/class/net/cni0/brif; for port in *; do ip link set $port alias ''; ip link set $port down; ip link set $port name " +
            "other up; done")
            .Succeeded();

    static string[] AddressesOf(CommandResult result) =>
        [.. result.Json.GetProperty("ips").EnumerateArray().Select(ip => ip.GetProperty("address").GetString()!.Split('/')[0])];

    static CommandResult Add(ScratchNode node, string plugin, string pod = "pod", string? config = null) =>
        (RawCall.Of(node, "ADD", config ?? s_config, pod) with { Plugin = plugin }).Succeed();

    [Theory]
    [InlineData("bridge")]
    [InlineData("host-local")]
    public void The_claims_of_a_pod_with_addresses_of_its_own_are_ignored(string plugin)
    {
        using var node = NewNode();
        Claim(node, 3, 254);

        var result = Add(node, plugin);

        Assert.Equal([Address(3, false), Address(3, true)], AddressesOf(result));
        foreach (var isV6 in new[] { false, true })
        {
            Assert.Matches(
                $"ignoring the claim of {Address(3, isV6)} by ..:..:..:..:..:.. behind veth[0-9a-f]* .podnet/container-hostile/eth0.: " +
                $"{Address(2, isV6)} is reserved for it", result.Stderr);
        }
        if (plugin != "bridge")
            return;
        foreach (var isV6 in new[] { false, true })
        {
            node.Run("ping", "-c", "1", "-W", "5", Address(3, isV6)).Succeeded();
            node.AssertPodReaches("pod", Address(1, isV6));
        }
    }

    // The port of another plugin's pod does not identify that pod, so its claim may be true.
    [Theory]
    [InlineData("bridge")]
    [InlineData("host-local")]
    public void Addresses_that_an_unknown_port_claims_are_assigned_last(string plugin)
    {
        using var node = NewNode();
        Disguise(node);
        Claim(node, 3, 200);

        var result = Add(node, plugin);

        Assert.Equal([Address(201, false), Address(201, true)], AddressesOf(result));
        Assert.Contains("skipping 10.88.0.3: not reserved, but in use by ", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("skipping 195 more addresses of 10.88.0.1-10.88.0.254: ", result.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("is given", result.Stderr, StringComparison.Ordinal);
        Claim(node, 202, 255 - 1);
        Claim(node, 3, 200);
        result = Add(node, plugin, "second");
        // 255 is the broadcast address of IPv4 alone.
        Assert.Equal([Address(202, false), Address(255, true)], AddressesOf(result));
        Assert.Contains("assigning 10.88.0.202 although it is in use: no other address is free", result.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bridge")]
    [InlineData("host-local")]
    public void A_requested_address_is_assigned_in_spite_of_a_claim(string plugin)
    {
        using var node = NewNode();
        Disguise(node);
        Claim(node, 7, 7);

        var result = Add(node, plugin, config: Configurations.WithIpam(
            """{"ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/120"}]]}""",
            """{"runtimeConfig": {"ips": ["10.88.0.7", "fd00:88::7"]}}"""));

        Assert.Equal([Address(7, false), Address(7, true)], AddressesOf(result));
        Assert.Contains("assigning 10.88.0.7 as requested, although it is in use by ", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_answers_for_the_address_of_another_fails_neither_ADD_nor_CHECK()
    {
        using var node = NewNode();
        using var hostile = new RawPod(node, "hostile");
        var calls = Task.Run(() =>
        {
            var added = Add(node, "bridge");
            RawCall.Of(node, "CHECK", s_config).WithPrevious(added).Succeed();
            return added;
        });

        hostile.AnnounceDuring(calls, Address(3, false), Address(3, true));

        Assert.Equal([Address(3, false), Address(3, true)], AddressesOf(await calls));
        RawCall.Of(node, "DEL", s_config).Succeed();
    }

    static readonly string s_detecting = Configurations.WithIpam(
        """{"ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/120"}]]}""",
        """{"enabledad": true, "runtimeConfig": {"mac": "02:00:00:00:00:05"}}""");

    const string LinkLocal = "fe80::ff:fe00:5";

    [Theory]
    [InlineData(DuplicateAnswer.Advertisement)]
    [InlineData(DuplicateAnswer.AsBridge)]
    [InlineData(DuplicateAnswer.Hidden)]
    [InlineData(DuplicateAnswer.Probe)]
    public async Task A_pod_that_answers_every_duplicate_address_detection_fails_no_ADD(DuplicateAnswer answer)
    {
        using var node = NewNode();
        using var hostile = new RawPod(node, "hostile");
        var call = Task.Run(() => Add(node, "bridge", config: s_detecting));

        var defended = hostile.DefendDuring(call, answer);

        var added = await call;
        Assert.Equal([Address(3, false), Address(3, true)], AddressesOf(added));
        Assert.Superset(new HashSet<string> { Address(3, true), LinkLocal }, defended);
        foreach (var address in (string[])[Address(3, true), LinkLocal])
        {
            Assert.Matches(
                $"using {address} although it is claimed {(answer == DuplicateAnswer.Hidden
                    ? "by no port of the bridge"
                    : $"by podnet/container-hostile/eth0 behind veth[0-9a-f]*, which has {Address(2, true)}")}", added.Stderr);
        }
        Assert.DoesNotMatch("tentative|dadfailed", node.IpJsonInPod("pod", "address", "show", "eth0").GetRawText());
        node.AssertPodReaches("pod", Address(1, true));
        node.Run("ping", "-c", "1", "-W", "5", Address(3, true)).Succeeded();
        RawCall.Of(node, "CHECK", s_detecting).WithPrevious(added).Succeed();
    }

    // A port without an alias may lead to another host, or to a pod of another plugin.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_duplicate_address_outside_the_known_pods_fails_the_ADD(bool isAlsoClaimed)
    {
        using var node = NewNode();
        using var hostile = new RawPod(node, "hostile");
        node.AddPod("outside");
        node.Run("sh", "-ec", $"""
            ip link add uplink type veth peer name eth0 netns outside
            ip link set uplink master cni0 up
            ip -n outside address add {Address(3, true)}/120 dev eth0 nodad
            ip -n outside link set eth0 up
            """).Succeeded();
        node.Run("sh", "-ec", "timeout 20 sh -c 'until bridge link show dev uplink | grep -q forwarding; do sleep 0.05; done'").Succeeded();
        var call = Task.Run(() => RawCall.Of(node, "ADD", s_detecting).Run());

        if (isAlsoClaimed)
            hostile.DefendDuring(call, DuplicateAnswer.Advertisement);
        var result = await call;

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"link eth0 has address {Address(3, true)} in DADFAILED state", result.Json.GetProperty("msg").GetString());
        Assert.Equal([Address(2, false), Address(2, true)], node.Reservations());
        Assert.Equal(2, node.PodLinks("cni0").Count());
        Assert.Equal([Address(4, false), Address(4, true)], AddressesOf(Add(node, "bridge", config: s_detecting)));
    }

    [Fact]
    public void Doctor_names_the_pod_that_claims_addresses()
    {
        using var node = NewNode();
        node.WriteFile(Conflist, new JsonObject
        {
            ["cniVersion"] = "1.0.0",
            ["name"] = "podnet",
            ["plugins"] = new JsonArray(JsonNode.Parse(s_config)),
        }.ToJsonString());
        RawCall.Of(node, "ADD", s_config).Succeed();
        node.AssertPodReaches("pod", "10.88.0.1");
        Assert.DoesNotContain(Examine(node), finding => finding.GetProperty("id").GetString() == "address-claimed");
        Claim(node, 2, 254);

        var finding = Assert.Single(Examine(node), finding => finding.GetProperty("id").GetString() == "address-claimed");

        Assert.Matches("^The port veth[0-9a-f]* of cni0 .podnet/container-hostile/eth0. claims free addresses of podnet: " +
            "10.88.0.4, 10.88.0.5, 10.88.0.6, 10.88.0.7, 10.88.0.8, 497 more$", finding.GetProperty("what").GetString());
    }

    static JsonElement[] Examine(ScratchNode node)
    {
        var result = node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "doctor", "--output", "json");
        return [.. result.Json.GetProperty("findings").EnumerateArray()];
    }
}
