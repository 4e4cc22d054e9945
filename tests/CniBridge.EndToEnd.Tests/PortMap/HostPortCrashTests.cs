using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortNode;

namespace CniBridge.EndToEnd.Tests.PortMap;

/// <summary>Tests of portmap with kills and refused system calls at any step.</summary>
[RunsFirst]
public sealed class HostPortCrashTests
{
    static readonly string s_ports = $"[{Mapping(8080, 80)}, {Mapping(53, 53, "udp", "10.88.0.1")}]";

    public static TheoryData<string> Calls =>
        ["sendto", "recvfrom", "linkat", "unlink", "openat", "write", "mkdir", "flock", "socket", "close"];

    [Theory]
    [MemberData(nameof(Calls))]
    public void DEL_after_a_killed_ADD_leaves_nothing_and_the_next_ADD_works(string systemCall)
    {
        using var node = NewNode();
        for (var number = 1; RunKilled(node, "ADD", $"inject={systemCall}:signal=KILL:when={number}"); number++)
        {
            // DEL without mappings finds the elements by the record.
            node.Call("DEL", "pod", "[]").Succeed();
            AssertClean(node);
            node.Add("pod", s_ports);
            node.Call("CHECK", "pod", s_ports).Succeed();
            node.Call("DEL", "pod", "[]").Succeed();
            Forget(node);
        }
    }

    // The ADD is repeated without a DEL, because a runtime may give up on the container or retry.
    [Theory]
    [InlineData("sendto")]
    [InlineData("linkat")]
    public void A_killed_ADD_can_be_repeated_and_a_later_pod_gets_its_ports(string systemCall)
    {
        using var node = NewNode("other");
        for (var number = 1; RunKilled(node, "ADD", $"inject={systemCall}:signal=KILL:when={number}"); number++)
        {
            node.Add("pod", s_ports);
            node.Call("CHECK", "pod", s_ports).Succeed();
            node.Node.Run("ip", "netns", "del", "pod").Succeeded();
            node.Add("other", s_ports);
            node.Call("DEL", "pod", "[]").Succeed();
            node.Call("CHECK", "other", s_ports).Succeed();
            node.Call("DEL", "other", "[]").Succeed();
            AssertClean(node);
            Forget(node);
            node.Detach("pod");
            node.Attach("pod");
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_killed_DEL_is_finished_by_the_next_one(string systemCall)
    {
        using var node = NewNode();
        node.Add("pod", s_ports);
        for (var number = 1; RunKilled(node, "DEL", $"inject={systemCall}:signal=KILL:when={number}"); number++)
        {
            node.Call("DEL", "pod", s_ports).Succeed();
            AssertClean(node);
            node.Add("pod", s_ports);
        }
        AssertClean(node);
    }

    [Theory]
    [InlineData("sendto", "ENOMEM")]
    [InlineData("sendto", "ENOBUFS")]
    [InlineData("recvfrom", "ENOBUFS")]
    [InlineData("socket", "EMFILE")]
    [InlineData("linkat", "ENOSPC")]
    [InlineData("mkdir", "EROFS")]
    public void An_ADD_with_a_failed_kernel_request_leaves_nothing(string systemCall, string error)
    {
        using var node = NewNode();
        for (var number = 1; ; number++)
        {
            var result = RunTraced(node, "ADD", $"inject={systemCall}:error={error}:when={number}");
            if (!result.Stderr.Contains("INJECTED", StringComparison.Ordinal))
            {
                result.Succeeded();
                Assert.NotEqual(1, number);
                return;
            }
            if (result.ExitCode == 0)
            {
                // The plugin may succeed without the file. Then all elements must exist.
                node.Call("CHECK", "pod", s_ports).Succeed();
                var isRecorded = !result.Stderr.Contains("could not write the record", StringComparison.Ordinal);
                node.Call("DEL", "pod", isRecorded ? "[]" : s_ports).Succeed();
            }
            AssertClean(node);
            Forget(node);
        }
    }

    [Fact]
    public void An_ADD_that_cannot_enable_127_0_0_1_leaves_nothing()
    {
        using var node = NewNode();
        var result = (node.Call("ADD", "pod", s_ports) with
        {
            Wrapper = ["strace", "-f", "-qq", "-e", "inject=openat:error=EROFS",
                "-P", "/proc/sys/net/ipv4/conf/cni0/route_localnet"],
        }).Run();
        Assert.True(result.ExitCode == 1 && result.Stdout.Contains("route_localnet", StringComparison.Ordinal), result.ToString());
        AssertClean(node);
    }

    [Theory]
    [InlineData(">/dev/full")]
    [InlineData(">&-")]
    public void An_ADD_that_cannot_write_its_result_leaves_nothing(string redirections)
    {
        using var node = NewNode();
        var result = (node.Call("ADD", "pod", s_ports) with { Redirections = redirections }).Run();
        Assert.True(result.ExitCode == 1, result.ToString());
        AssertClean(node);
    }

    static void AssertClean(HostPortNode node)
    {
        Assert.Empty(node.Owners);
        Assert.All(node.Records, record => Assert.EndsWith(".tmp", record, StringComparison.Ordinal));
    }

    /// <summary>Restores the state of a node on which portmap never ran.</summary>
    static void Forget(HostPortNode node) => node.Node.Run("sh", "-c", """
        nft flush ruleset
        rm -rf /run/cni-bridge
        echo 0 > /proc/sys/net/ipv4/conf/cni0/route_localnet
        """).Succeeded();

    /// <summary>Runs the plugin until its kill. Returns false if it made fewer calls and finished.</summary>
    static bool RunKilled(HostPortNode node, string verb, string injection)
    {
        var result = RunTraced(node, verb, injection);
        if (result.ExitCode == 137)
        {
            return true;
        }
        result.Succeeded();
        return false;
    }

    static CommandResult RunTraced(HostPortNode node, string verb, string injection) =>
        (node.Call(verb, "pod", s_ports) with { Wrapper = ["strace", "-f", "-qq", "-e", injection] }).Run();

    static HostPortNode NewNode(params string[] others)
    {
        Requirement.Programs("strace");
        return HostPortNode.With(["pod", .. others]);
    }
}
