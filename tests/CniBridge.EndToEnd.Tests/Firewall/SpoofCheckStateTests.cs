using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Support.SpoofGuards;

namespace CniBridge.EndToEnd.Tests.Firewall;

/// <summary>Tests of macspoofchk: the state that each verb leaves in nftables and on disk, and its cost without the option.</summary>
public sealed class SpoofCheckStateTests
{
    const string Network11 = """{"macspoofchk": true, "cniVersion": "1.1.0"}""";

    [Fact]
    public void Elements_name_their_attachment_and_DEL_removes_them()
    {
        using var node = NewNode("pod", "second");
        var (pod, second) = (Add(node, "pod"), Add(node, "second"));
        Assert.Equal(Expected(("pod", pod), ("second", second)), Elements(node));
        Assert.Equal(["podnet,container-pod,eth0", "podnet,container-second,eth0"], node.Files(Records));
        Call(node, "CHECK", "pod").WithPrevious(pod).Succeed();

        Call(node, "DEL", "pod").Succeed();
        Assert.Equal(Expected(("second", second)), Elements(node));
        Call(node, "DEL", "pod").Succeed();
        Call(node, "DEL", "second").Succeed();
        AssertNothingLeft(node);
        node.AssertNoResidue("pod");
    }

    [Theory]
    // The configuration of a DEL may differ from that of the ADD.
    [InlineData("true", "{}")]
    [InlineData("CNI_NETNS=", On)]
    [InlineData("CNI_NETNS=", """{"macspoofchk": "x", "ipam": 5}""")]
    [InlineData("ip netns del pod", On)]
    [InlineData("ip netns del pod", "{}")]
    [InlineData("umount /run/netns/pod", On)]
    [InlineData("ip -n pod link del eth0", On)]
    [InlineData("rm -r /run/cni-bridge", On)]
    [InlineData("rm -r /run/cni-bridge; ip netns del pod", On)]
    [InlineData("echo torn > /run/cni-bridge/spoof-check/podnet,container-pod,eth0", On)]
    // The ruleset is empty.
    [InlineData("nft flush ruleset", On)]
    public void DEL_leaves_no_rules_in_any_state_of_the_node(string before, string keys)
    {
        using var node = NewNode("pod", "second");
        Add(node, "pod");
        var second = Add(node, "second");
        node.Run("sh", "-ec", before).Succeeded();

        var call = Call(node, "DEL", "pod", keys);
        if (before == "CNI_NETNS=")
        {
            call = call.With("CNI_NETNS", "");
        }

        if (keys.Contains('5', StringComparison.Ordinal))
        {
            call.Fail(6);
        }
        else
        {
            call.Succeed();
        }

        Assert.DoesNotContain(Elements(node), element => element.Contains("container-pod", StringComparison.Ordinal));
        Assert.DoesNotContain("podnet,container-pod,eth0", node.Files(Records));
        if (before != "nft flush ruleset")
        {
            Assert.Equal(Expected(("second", second)), Elements(node));
        }
    }

    [Theory]
    // The kernel deletes the links of a namespace later, so the first name of the port may still be in use.
    [InlineData("ip netns del pod; ip netns add pod")]
    [InlineData("ip -n pod link del eth0")]
    public void A_pod_that_is_added_again_without_DEL_may_use_only_its_new_MAC(string loss)
    {
        using var node = NewNode("pod");
        var old = Add(node, "pod");
        node.Run("sh", "-ec", loss).Succeeded();

        var added = Add(node, "pod", """{"macspoofchk": true, "ipam": {}}""");

        Assert.NotEqual(Ends(old).Mac, Ends(added).Mac);
        Assert.Equal(Expected(("pod", added)), Elements(node));
    }

    [Fact]
    public void An_element_of_another_program_with_the_name_of_the_port_is_replaced()
    {
        using var node = NewNode("pod");
        var port = Ends(Add(node, "pod")).Port;
        Call(node, "DEL", "pod").Succeed();
        node.Run("nft", "add element bridge cni-bridge guarded { " + port + " comment \"x/y/z 02:00:00:00:00:09\" }").Succeeded();
        node.Run("nft", "add element bridge cni-bridge allowed { " + port + " . 02:00:00:00:00:09 }").Succeeded();
        node.Run("nft", "add element bridge cni-bridge allowed { other . 02:00:00:00:00:09 comment \"stays\" }").Succeeded();

        var added = Add(node, "pod");

        Assert.Equal(Expected(("pod", added)).Append("other 02:00:00:00:00:09: stays").Order(StringComparer.Ordinal), Elements(node));
    }

    [Fact]
    public void The_number_of_rules_does_not_depend_on_the_number_of_pods()
    {
        using var node = NewNode(Pods(50));
        AtOnce(node, "ADD", 1);
        var one = Constant(node);
        Assert.Single(Objects(node, "rule"));
        AtOnce(node, "ADD", 50, first: 2);
        Assert.Equal(one, Constant(node));
        Assert.Equal(100, Elements(node).Count);
        AtOnce(node, "DEL", 50);
        Assert.Equal(one, Constant(node));
        AssertNothingLeft(node);
    }

    [Fact]
    public void Twenty_concurrent_first_ADDs_create_one_chain_with_one_rule()
    {
        using var node = NewNode(Pods(20));
        AtOnce(node, "ADD", 20);
        Assert.Single(Objects(node, "chain"));
        Assert.Single(Objects(node, "rule"));
        Assert.Equal(40, Elements(node).Count);
        Assert.Equal(20, node.Files(Records).Count);
        AtOnce(node, "DEL", 20);
        AssertNothingLeft(node);
    }

    [Fact]
    public void GC_removes_elements_of_the_network_without_a_listed_attachment()
    {
        using var node = NewNode("a", "b", "c", "d");
        var a = Call(node, "ADD", "a", Network11).Succeed();
        Call(node, "ADD", "b", Network11).Succeed();
        Call(node, "ADD", "c", Network11).Succeed();
        Call(node, "ADD", "d", Network11, """{"name": "other", "bridge": "cni1"}""").Succeed();
        var others = Elements(node).FindAll(element => element.Contains("other/", StringComparison.Ordinal));
        Assert.Equal(2, others.Count);
        node.Run("rm", $"{Records}/podnet,container-c,eth0").Succeeded();

        const string list = """{"cni.dev/valid-attachments": [{"containerID": "container-a", "ifname": "eth0"}]}""";
        Call(node, "GC", "a", Network11, list).With("CNI_CONTAINERID", null).With("CNI_NETNS", null).With("CNI_IFNAME", null).Succeed();

        Assert.Equal(Expected(("a", a)).Concat(others).Order(StringComparer.Ordinal), Elements(node));
        Assert.Equal(["other,container-d,eth0", "podnet,container-a,eth0"], node.Files(Records));
        node.AssertPodReaches("a", "10.88.0.1");
    }

    [Theory]
    [InlineData("flush ruleset", "no the chain bridge cni-bridge spoof-check")]
    [InlineData("flush chain bridge cni-bridge spoof-check", "no the rule of the chain")]
    [InlineData("flush set bridge cni-bridge guarded", "in the set bridge cni-bridge guarded")]
    [InlineData("flush set bridge cni-bridge allowed", "in the set bridge cni-bridge allowed")]
    public void CHECK_finds_any_damage(string damage, string words)
    {
        using var node = NewNode("pod");
        var added = Add(node, "pod");
        node.Run("nft", damage.Split(' ')).Succeeded();
        Call(node, "CHECK", "pod").WithPrevious(added).Fail(999, Ends(added).Port, words);
        Call(node, "CHECK", "pod", "{}").WithPrevious(added).Succeed();
    }

    [Fact]
    public void Without_macspoofchk_DEL_only_looks_for_a_record()
    {
        Requirement.Programs("strace");
        using var node = NewNode("pod", "guarded");
        Add(node, "guarded");
        string[] trace = ["strace", "-f", "-qq", "-e", "trace=socket,openat,statx,unlink,rename,access"];
        foreach (var (verb, looks) in new[] { ("ADD", 0), ("DEL", 1) })
        {
            var calls = (Call(node, verb, "pod", "{}") with { Wrapper = trace }).Succeed().Stderr;
            Assert.DoesNotContain("NETFILTER", calls, StringComparison.Ordinal);
            Assert.Equal(looks, calls.Split('\n').Count(line => line.Contains("/run/cni-bridge/spoof-check", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void No_other_program_is_run()
    {
        Requirement.Programs("strace");
        using var node = NewNode("pod");
        foreach (var verb in new[] { "ADD", "DEL" })
        {
            var call = Call(node, verb, "pod") with { Wrapper = ["strace", "-f", "-e", "trace=execve,execveat,fork,vfork"] };
            var calls = call.Succeed().Stderr.Split('\n').Where(line => line.Contains('(', StringComparison.Ordinal));
            Assert.StartsWith("execve(", Assert.Single(calls), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void STATUS_tries_the_kernel_and_creates_nothing()
    {
        Requirement.Programs("strace");
        using var node = NewNode("pod");
        Call(node, "STATUS", "pod", Network11).Succeed();
        Assert.Empty(Objects(node, "table"));
        Assert.Empty(node.Files("/run/cni-bridge"));
        // Each socket is refused once, including those for nftables of the node and of the probe.
        for (var number = 1; IsRefused(node, number); number++)
        {
            Assert.InRange(number, 1, 9);
        }

        Add(node, "pod");
        Assert.Equal("", Call(node, "STATUS", "pod", Network11).Succeed().Stderr);
    }

    [Theory]
    [InlineData("flush ruleset", "the chain bridge cni-bridge spoof-check")]
    [InlineData("flush chain bridge cni-bridge spoof-check", "the rule of the chain bridge cni-bridge spoof-check")]
    [InlineData("flush set bridge cni-bridge guarded", "PORT in the set bridge cni-bridge guarded")]
    public void STATUS_reports_missing_rules_of_running_pods_until_they_are_restored(string damage, string lost)
    {
        using var node = NewNode("pod");
        var port = Ends(Add(node, "pod")).Port;
        node.Run("nft", damage.Split(' ')).Succeeded();
        Assert.Equal($"macspoofchk of the network podnet does not work: no {lost.Replace("PORT", port, StringComparison.Ordinal)}; " +
            "cni-bridge repair restores the rules\n", Call(node, "STATUS", "pod", Network11).Succeed().Stderr);
        Assert.Equal("", Call(node, "STATUS", "pod", Network11, """{"name": "other"}""").Succeed().Stderr);
        node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "repair").Succeeded();
        Assert.Equal("", Call(node, "STATUS", "pod", Network11).Succeed().Stderr);
    }

    /// <summary>
    /// Runs STATUS and refuses its socket with a number. Returns false if STATUS opened fewer sockets.
    /// </summary>
    static bool IsRefused(ScratchNode node, int socket)
    {
        var call = Call(node, "STATUS", "pod", Network11) with
        {
            Wrapper = ["strace", "-f", "-qq", "-e", $"inject=socket:error=EPROTONOSUPPORT:when={socket}"],
        };
        var result = call.Run();
        var isRefused = result.Stderr.Contains("INJECTED", StringComparison.Ordinal);
        Assert.Equal(isRefused ? 50 : 0, isRefused ? result.Json.GetProperty("code").GetInt32() : result.ExitCode);
        return isRefused;
    }

    static string[] Pods(int count) => [.. Enumerable.Range(1, count).Select(number => $"p{number}")];

    /// <summary>
    /// Returns everything that must not depend on the number of pods: each object with its handle, without elements and counters.
    /// </summary>
    static string Constant(ScratchNode node) => string.Join('\n', new[] { "table", "chain", "rule", "set" }
        .SelectMany(kind => Objects(node, kind))
        .Select(item => $"{(item.TryGetProperty("name", out var name) ? name : "rule")} {item.GetProperty("handle")}"));

    static void AtOnce(ScratchNode node, string verb, int count, int first = 1)
    {
        node.WriteFile($"{Node.Directory}/network", Configurations.With(On));
        node.Run("sh", "-ec", $$"""
            cd {{Node.Directory}}
            export CNI_COMMAND={{verb}} CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
            for i in $(seq {{first}} {{count}}); do
              (CNI_CONTAINERID=c$i CNI_NETNS=/run/netns/p$i {{Shell.Quote(Path.Combine(PluginDirectory.UnderTest, "bridge"))}} < network > out.$i 2>&1 ||
                echo $i: $(cat out.$i) >> failed) &
            done
            wait
            ! cat failed 2>/dev/null || exit 1
            """).Succeeded();
    }
}
