using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Crashes;

/// <summary>
/// Tests of killed plugins and refused system calls that <see cref="CrashMatrixTests"/> does not cover: without a namespace, with certain
/// files, or with a closed pipe for the result.
/// </summary>
public sealed class CrashTests
{
    /// <summary>The files that the plugin opens inside the pod.</summary>
    public static TheoryData<string> PodFiles =>
    [
        "/proc/sys/net/ipv6/conf/lo/disable_ipv6", "/proc/sys/net/ipv6/conf/eth0/disable_ipv6",
        "/proc/sys/net/ipv6/conf/eth0/keep_addr_on_down", "/proc/sys/net/ipv6/conf/eth0/accept_dad",
        "/proc/sys/net/ipv4/conf/eth0/arp_notify",
    ];

    [Theory]
    [MemberData(nameof(PodFiles))]
    public void DEL_after_an_ADD_killed_inside_the_pod_leaves_nothing(string path)
    {
        using var node = NewNode();
        var number = 1;
        for (; RunKilled(node, "ADD", $"inject=openat:signal=KILL:when={number}", "-P", path); number++)
        {
            AssertCleanAndUsable(node);
            Forget(node);
        }
        Assert.NotEqual(1, number);
    }

    [Fact]
    public void DEL_without_the_namespace_after_a_killed_ADD_leaves_nothing()
    {
        using var node = NewNode();
        var number = 1;
        for (; RunKilled(node, "ADD", $"inject=sendto:signal=KILL:when={number}"); number++)
        {
            Call(node, "DEL").With("CNI_NETNS", null).Succeed();
            node.AssertNoResidue("pod");
        }
        Assert.NotEqual(1, number);
    }

    // In the wrong namespace, the plugin must neither undo steps nor answer. DEL removes the objects.
    [Fact]
    public void An_ADD_that_cannot_leave_the_pod_namespace_aborts()
    {
        using var node = NewNode();

        // The first setns tests the return, and the second one enters the pod.
        var result = RunTraced(node, "ADD", "inject=setns:error=EPERM:when=3+");

        Assert.Equal(Aborted, result.ExitCode);
        Assert.Contains("could not return from the network namespace /run/netns/pod", result.Stderr, StringComparison.Ordinal);
        Assert.Empty(result.Stdout);
        AssertCleanAndUsable(node);
    }

    /// <summary>The exit code that a shell has for SIGABRT.</summary>
    const int Aborted = 128 + 6;

    // The marker becomes shorter when a range starts again. Then it is a new file, the second one that is linked.
    [Theory]
    [InlineData("unlink:signal=KILL:when=1")]
    [InlineData("unlink:signal=KILL:when=2")]
    [InlineData("linkat:signal=KILL:when=2")]
    [InlineData("linkat:error=EIO:when=2")]
    public void An_ADD_killed_before_it_replaces_a_file_leaves_nothing(string injection)
    {
        using var node = NewNode();
        node.Run("mkdir", "-p", "/var/lib/cni/networks/podnet").Succeeded();
        node.WriteFile("/var/lib/cni/networks/podnet/last_reserved_ip.0", "10.88.0.254");

        Assert.NotEqual(0, RunTraced(node, "ADD", $"inject={injection}").ExitCode);

        AssertCleanAndUsable(node);
    }

    [Theory]
    [InlineData("/run/netns/pod", "EMFILE")]
    [InlineData("/var/lib/cni/networks/podnet", "ENFILE")]
    [InlineData("/var/lib/cni/networks/podnet/lock", "EACCES")]
    [InlineData("/var/lib/cni/networks/podnet/last_reserved_ip.0", "ENOSPC")]
    [InlineData("/var/lib/cni/networks/podnet/last_reserved_ip.1", "EIO")]
    [InlineData("/proc/sys/net/ipv4/ip_forward", "EROFS")]
    [InlineData("/proc/sys/net/ipv6/conf/all/forwarding", "EROFS")]
    [InlineData("/proc/sys/net/ipv6/conf/cni0/accept_ra", "EROFS")]
    [InlineData("/proc/sys/net/ipv6/conf/eth0/disable_ipv6", "EROFS")]
    [InlineData("/proc/sys/net/ipv6/conf/eth0/accept_dad", "EROFS")]
    [InlineData("/proc/sys/net/ipv4/conf/eth0/arp_notify", "EMFILE")]
    public void An_ADD_that_cannot_open_a_file_leaves_all_or_nothing(string path, string error)
    {
        using var node = NewNode();
        for (var number = 1; ; number++)
        {
            var result = RunTraced(node, "ADD", $"inject=openat:error={error}:when={number}", "-P", path);
            if (!result.Stderr.Contains("INJECTED", StringComparison.Ordinal))
            {
                Assert.NotEqual(1, number);
                result.Succeeded();
                return;
            }

            AssertAllOrNothing(node, result);
            Forget(node);
        }
    }

    [Theory]
    [InlineData(">/dev/full")]
    [InlineData(">&-")]
    [InlineData(">&- 2>&-")]
    [InlineData("3<>/run/out 4>/run/out 3<&- >&4 4>&-")]
    public void An_ADD_that_cannot_write_its_result_leaves_nothing(string redirections)
    {
        using var node = NewNode();
        node.Run("mkfifo", "/run/out").Succeeded();

        var result = (Call(node, "ADD") with { Redirections = redirections }).Run();

        Assert.True(result.ExitCode == 1, result.ToString());
        node.AssertNoResidue("pod");
        AssertCleanAndUsable(node);
    }

    static void AssertAllOrNothing(ScratchNode node, CommandResult result)
    {
        if (result.ExitCode == 0)
        {
            // The plugin may succeed without the file. Then the result must be true.
            node.AssertPodReaches("pod", "10.88.0.1");
            node.AssertPodReaches("pod", "fd00:88::1");
            Call(node, "DEL").Succeed();
        }
        else
        {
            Assert.Equal(1, result.ExitCode);
            Assert.Equal(["code", "msg"], result.Json.EnumerateObject().Select(item => item.Name).Take(2));
        }

        node.AssertNoResidue("pod");
    }

    static void AssertCleanAndUsable(ScratchNode node)
    {
        Call(node, "DEL").Succeed();
        node.AssertNoResidue("pod");
        Call(node, "ADD").Succeed();
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
        Call(node, "DEL").Succeed();
    }

    /// <summary>Restores the state of a node on which no plugin ever ran.</summary>
    static void Forget(ScratchNode node) => node.Run("sh", "-c", """
        if [ -e /sys/class/net/cni0 ]; then ip link delete cni0; fi
        rm -rf /var/lib/cni/networks
        echo 0 > /proc/sys/net/ipv4/ip_forward
        echo 0 > /proc/sys/net/ipv6/conf/all/forwarding
        """).Succeeded();

    /// <summary>Runs the plugin until its kill. Returns false if it made fewer calls and finished.</summary>
    static bool RunKilled(ScratchNode node, string verb, string injection, params string[] options)
    {
        var result = RunTraced(node, verb, injection, options);
        if (result.ExitCode == 137)
        {
            return true;
        }

        result.Succeeded();
        return false;
    }

    static CommandResult RunTraced(ScratchNode node, string verb, string injection, params string[] options) =>
        (Call(node, verb) with { Wrapper = ["strace", "-f", "-qq", "-e", injection, .. options] }).Run();

    static RawCall Call(ScratchNode node, string verb) => RawCall.Of(node, verb, Configurations.Plain);

    static ScratchNode NewNode()
    {
        Requirement.Node("strace");
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}
