using CniBridge.EndToEnd.Tests.Machines;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Arm64;

/// <summary>Tests of the arm64 build on Debian's arm64 kernel, judged by Debian's arm64 programs.</summary>
[RunsFirst]
public sealed class Arm64Tests(Arm64Machine machine) : IClassFixture<Arm64Machine>
{
    const string Bin = "/opt/cni/bin";

    static readonly string s_masquerading = Configurations.With("""{"ipMasq": true}""");

    static string Published => Path.Combine(PluginDirectory.Of("linux-arm64"), "cni-bridge");

    [Fact]
    public void The_machine_has_an_arm64_processor() =>
        Assert.Equal("aarch64\n", machine.AddNode().Run("uname", "-m").Succeeded().Stdout);

    [Fact]
    public void Install_creates_plugins_and_network_and_uninstall_removes_them()
    {
        var node = machine.AddNode();

        node.Run(Published, "install", "--with-conf", "--pod-cidr", "10.244.1.0/24", "--pod-cidr", "fd00:244:1::/64").Succeeded();

        Assert.Empty(new[] { "bridge", "cni-bridge", "host-local", "loopback", "portmap" }.Except(node.Files(Bin)));
        Assert.Equal(["net.d/10-cni-bridge.conflist"], node.Files("/etc/cni"));
        Assert.Contains("CNI bridge plugin cni-bridge", node.Run($"{Bin}/bridge").Succeeded().Stderr, StringComparison.Ordinal);
        // A second installation finds everything in place.
        node.Run($"{Bin}/cni-bridge", "install").Succeeded();

        node.Run($"{Bin}/cni-bridge", "uninstall").Succeeded();

        Assert.Empty(node.Files(Bin));
        Assert.Empty(node.Files("/etc/cni"));
    }

    [Fact]
    public void Two_pods_reach_each_other_the_node_and_an_outside_host()
    {
        var node = NewNode();
        var outside = new OutsideWorld(node);
        var first = Pod(node, "first");
        var second = Pod(node, "second");

        var firstResult = first.Add().Succeeded();
        var secondResult = second.Add().Succeeded();

        Assert.Equal(["10.88.0.2/24", "fd00:88::2/64"], node.IpJsonInPod("first", "address", "show", "eth0").GlobalAddresses());
        Assert.Equal(["10.88.0.3/24", "fd00:88::3/64"], node.IpJsonInPod("second", "address", "show", "eth0").GlobalAddresses());
        Assert.All(["10.88.0.1", "10.88.0.3", "fd00:88::1", "fd00:88::3"], address => node.AssertPodReaches("first", address));
        Assert.All(
            ["10.88.0.2", "fd00:88::2", OutsideWorld.FarV4, OutsideWorld.FarV6], address => node.AssertPodReaches("second", address));
        node.AssertReaches("10.88.0.2");
        node.AssertReaches("fd00:88::3");
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("first", OutsideWorld.FarV4));
        Assert.Equal(OutsideWorld.NodeV6, outside.SenderSeen("first", OutsideWorld.FarV6));
        first.Check(firstResult.Json).Succeeded();
        second.Check(secondResult.Json).Succeeded();

        first.Del(firstResult.Json).Succeeded();
        node.AssertPodReaches("second", OutsideWorld.FarV4);
        second.Del(secondResult.Json).Succeeded();
        second.Del(secondResult.Json).Succeeded();

        Assert.Equal(["up0"], node.PodLinks(PodNetwork.Bridge));
        Assert.Empty(node.Reservations());
        Assert.All(["first", "second"], pod => Assert.Single(node.IpJsonInPod(pod, "link", "show").EnumerateArray()));
    }

    [Fact]
    public void Host_local_alone_reserves_and_releases_addresses()
    {
        var node = NewNode();
        var call = Pod(node, "pod") with
        {
            Configuration = Configurations.With("""{"type": "host-local"}"""),
        };

        var ips = call.Add().Succeeded().Json.GetProperty("ips");

        Assert.Equal(["10.88.0.2/24", "fd00:88::2/64"], ips.EnumerateArray().Select(ip => ip.GetProperty("address").GetString()));
        Assert.Equal(["10.88.0.2", "fd00:88::2"], node.Reservations());
        call.Check(null).Succeeded();
        call.Del().Succeeded();
        Assert.Empty(node.Reservations());
    }

    [Fact]
    public void A_host_port_leads_to_the_pod()
    {
        var node = NewNode();
        _ = new OutsideWorld(node);
        var pod = Pod(node, "pod");
        var attached = pod.Add().Succeeded();
        node.WriteFile($"{Node.Directory}/www/index.html", "the pod\n");
        node.InPod("pod", "busybox", "httpd", "-p", "80", "-h", $"{Node.Directory}/www").Succeeded();
        var ports = pod with
        {
            Configuration = """
                {
                  "cniVersion": "1.0.0", "name": "podnet", "type": "portmap", "capabilities": {"portMappings": true},
                  "runtimeConfig": {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}
                }
                """,
        };

        ports.Add(attached.Json).Succeeded();

        string[] addresses = [OutsideWorld.NodeV4, OutsideWorld.NodeV6];
        Assert.All(addresses, address => Assert.EndsWith("\nthe pod\n", Ask(address).Succeeded().Stdout, StringComparison.Ordinal));
        ports.Check(attached.Json).Succeeded();
        ports.Del(attached.Json).Succeeded();
        Assert.All(addresses, address => Assert.NotEqual(0, Ask(address).ExitCode));

        CommandResult Ask(string address) => node.Run(
            "ip", ["netns", "exec", "outside", "nc.openbsd", "-w", "5", address, "8080"], "GET /index.html HTTP/1.0\r\n\r\n");
    }

    // The test covers the functions of the runtime that RuntimeHooks.c replaces, and O_TMPFILE, whose value depends on the architecture.
    [Fact]
    public void A_plugin_has_one_thread_reads_no_mounts_and_creates_unnamed_files()
    {
        var node = NewNode();
        var pod = Pod(node, "pod");
        node.WriteFile($"{Node.Directory}/input", pod.Configuration);

        var trace = node.Run(
            "sh", ["-c", $"exec strace -f -e trace=execve,clone,clone3,openat {Bin}/bridge < {Node.Directory}/input"], "",
            RawCall.Of(node, "ADD", pod.Configuration).Variables).Succeeded().Stderr.Split('\n');

        Assert.Single(trace, line => line.Contains("execve(", StringComparison.Ordinal));
        Assert.DoesNotContain(trace, line => line.Contains("clone", StringComparison.Ordinal));
        Assert.DoesNotContain(trace, line => line.Contains("/proc/self/mountinfo", StringComparison.Ordinal));
        Assert.DoesNotContain(trace, line => line.Contains("/sys/devices/system/node", StringComparison.Ordinal));
        var nameless = trace.Where(line => line.Contains("O_TMPFILE", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(nameless);
        // ENOENT occurs for the first file of a directory that is created then.
        Assert.All(nameless, line => Assert.Matches(@" = ([0-9]+|-1 ENOENT .*)$", line));
        Assert.Contains(nameless, line => !line.Contains("ENOENT", StringComparison.Ordinal));
    }

    VirtualNode NewNode()
    {
        var node = machine.AddNode();
        node.Run(Published, "install").Succeeded();
        return node;
    }

    static PluginCall Pod(VirtualNode node, string name) => node.Pod(name, Bin) with { Configuration = s_masquerading };
}
