using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Crashes;

/// <summary>Tests of many concurrent calls, as a runtime makes them when a node starts.</summary>
public sealed class ConcurrencyTests
{
    const int Pods = 200;

    [Fact]
    public void Two_hundred_concurrent_first_ADDs_create_one_bridge_and_as_many_addresses()
    {
        using var node = NewNode();
        Script(node, "for i in $(seq 200); do ip netns add p$i; done");

        RunInParallel(node, "ADD");

        Assert.All(ExitCodes(node, "ADD"), code => Assert.Equal("0", code));
        Assert.Equal(Pods * 2, node.Reservations().Count());
        Assert.Equal(Pods, node.PodLinks("cni0").Count());
        var masters = node.IpJson("link", "show", "type", "veth").EnumerateArray()
            .Select(link => link.GetProperty("master").GetString());
        Assert.All(masters, master => Assert.Equal("cni0", master));
        Assert.Single(node.IpJson("link", "show", "type", "bridge").EnumerateArray());
        Assert.Equal(
            ["10.88.0.1/16", "fd00:88::1/64"], node.IpJson("address", "show", "cni0").GlobalAddresses());
        foreach (var pod in new[] { "p1", "p100", "p200" })
        {
            node.AssertPodReaches(pod, "10.88.0.1");
            node.AssertPodReaches(pod, "fd00:88::1");
        }

        RunInParallel(node, "DEL");

        Assert.All(ExitCodes(node, "DEL"), code => Assert.Equal("0", code));
        node.AssertNoResidue("p200");
    }

    // An ADD that finds the bridge without a port waits for the bridge to come up. The port of another ADD may bring it up before this one
    // listens. The wait has a deadline of three seconds, which no ADD may reach.
    [Fact]
    public void No_wait_of_concurrent_first_ADDs_times_out()
    {
        const int pods = 20;
        Requirement.Programs("strace");
        using var node = NewNode();
        // All ADDs have seen the bridge without a port when the first one gets the lock of the addresses.
        Script(node, $$"""
            cd {{ScratchNode.Directory}}
            export CNI_COMMAND=ADD CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
            for i in $(seq {{pods}}); do ip netns add p$i; done
            for verb in ADD DEL; do
              CNI_COMMAND=$verb CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/p1 {{Shell.Quote(Plugin)}} < input
            done
            cat > add-all <<'END'
            for i in $(seq {{pods}}); do
              (
                CNI_CONTAINERID=c$i CNI_NETNS=/run/netns/p$i {{string.Join(' ', WaitTrace.Wrapper("$i"))}} {{Shell.Quote(Plugin)}} < input > out.$i
                echo $? > end.$i
              ) &
            done
            until [ $(grep -c -e '-> FLOCK' /proc/locks) = {{pods}} ]; do sleep 0.05; done
            END
            flock --close /var/lib/cni/networks/podnet/lock sh ./add-all
            until [ $(ls | grep -c ^end) = {{pods}} ]; do sleep 0.05; done
            """);
        Assert.All(Enumerable.Range(1, pods), pod =>
        {
            var files = node.FromOutside(ScratchNode.Directory);
            Assert.True(File.ReadAllText($"{files}/end.{pod}") == "0\n", File.ReadAllText($"{files}/out.{pod}"));
            WaitTrace.AssertNoneTimedOut(node, $"{pod}");
        });
    }

    [Fact]
    public void Concurrent_ADDs_and_DELs_of_a_container_fail_no_DEL_and_leave_nothing()
    {
        using var node = NewNode();
        node.AddPod("p1");
        var script = $$"""
            cd {{ScratchNode.Directory}}
            export CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/p1 CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
            i=0
            while [ $i -lt 50 ]; do
              i=$((i + 1))
              CNI_COMMAND=ADD "$0" < input > add.out 2> add.err &
              CNI_COMMAND=DEL "$0" < input > del.$i 2> del.err; echo "exit $?" >> del.$i
              wait
            done
            CNI_COMMAND=DEL "$0" < input > del.last; echo "exit $?" >> del.last
            """;
        node.Run("sh", "-c", script, Plugin).Succeeded();

        var deletions = Directory.GetFiles(node.FromOutside(ScratchNode.Directory), "del.*")
            .Where(file => !file.EndsWith(".err", StringComparison.Ordinal)).ToList();
        Assert.Equal(51, deletions.Count);
        Assert.All(deletions, file => Assert.Equal("exit 0\n", File.ReadAllText(file)));
        node.AssertNoResidue("p1");
    }

    [Fact]
    public void Concurrent_ADDs_of_loopback_and_bridge_in_one_namespace_succeed()
    {
        using var node = NewNode();
        node.AddPod("p1");
        node.WriteFile(
            $"{ScratchNode.Directory}/loopback", """{"cniVersion": "1.0.0", "name": "lo", "type": "loopback"}""");
        var script = $$"""
            set -e
            cd {{ScratchNode.Directory}}
            export CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/p1 CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
            i=0
            while [ $i -lt 20 ]; do
              i=$((i + 1))
              CNI_COMMAND=ADD "$1" < loopback > loopback.out & loopback=$!
              CNI_COMMAND=ADD "$0" < input > bridge.out & bridge=$!
              wait $loopback
              wait $bridge
              ip -n p1 -o link show up dev lo | grep -q LOOPBACK
              ip -n p1 -o link show up dev eth0 | grep -q eth0
              CNI_COMMAND=DEL "$1" < loopback
              CNI_COMMAND=DEL "$0" < input
            done
            """;
        node.Run("sh", "-c", script, Plugin, Path.Combine(PluginDirectory.UnderTest, "loopback")).Succeeded();
        node.AssertNoResidue("p1");
    }

    static string Plugin => Path.Combine(PluginDirectory.UnderTest, "bridge");

    static void RunInParallel(ScratchNode node, string verb) => Script(node, $$"""
        cd {{ScratchNode.Directory}}
        mkdir {{verb}}
        export CNI_COMMAND={{verb}} CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
        for i in $(seq {{Pods}}); do
          (
            CNI_CONTAINERID=c$i CNI_NETNS=/run/netns/p$i {{Shell.Quote(Plugin)}} < input > {{verb}}/$i.out 2>&1
            echo $? > {{verb}}/$i.code
          ) &
        done
        wait
        """);

    static List<string> ExitCodes(ScratchNode node, string verb)
    {
        var codes = Directory.GetFiles(node.FromOutside($"{ScratchNode.Directory}/{verb}"), "*.code")
            .Select(file => File.ReadAllText(file).Trim()).ToList();
        Assert.Equal(Pods, codes.Count);
        return codes;
    }

    static void Script(ScratchNode node, string script) => node.Run("sh", "-c", script).Succeeded();

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.WriteFile($"{ScratchNode.Directory}/input", Configurations.WithIpam(
            """{"ranges": [[{"subnet": "10.88.0.0/16"}], [{"subnet": "fd00:88::/64"}]]}"""));
        return node;
    }
}
