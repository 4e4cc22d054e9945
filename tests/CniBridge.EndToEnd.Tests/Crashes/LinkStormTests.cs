using System.Globalization;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Crashes;

/// <summary>Tests of plugins on a node whose links change continuously, as on a node where many pods start and stop.</summary>
[RunsFirst]
public sealed class LinkStormTests
{
    const int Workers = 8;

    /// <summary>The number of pairs of ADD and DEL. CNI_BRIDGE_STORM_PAIRS=10000 sets a larger one.</summary>
    static int Pairs =>
        Environment.GetEnvironmentVariable("CNI_BRIDGE_STORM_PAIRS") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : 2000;

    [Fact]
    public void Thousands_of_ADDs_and_DELs_all_succeed_and_leave_nothing()
    {
        using var node = NewNode();
        var pairsOfEach = (Pairs + Workers - 1) / Workers;
        using var storm = new LinkStorm(node);
        var begin = Environment.TickCount64;

        using var work = node.Start("sh", ["-c", $$"""
            cd {{ScratchNode.Directory}}
            work() {
              export CNI_CONTAINERID=c$1 CNI_NETNS=/run/netns/w$1 CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
              i=0
              while [ $i -lt {{pairsOfEach}} ]; do
                i=$((i + 1))
                for CNI_COMMAND in ADD DEL; do
                  export CNI_COMMAND
                  {{Shell.Quote(Plugin)}} < input > out.$1 2> err.$1 ||
                    { echo "worker $1, pair $i, $CNI_COMMAND: code $?"; cat out.$1 err.$1; } >> failures
                done
              done
              echo $i > done.$1
            }
            for w in $(seq {{Workers}}); do work $w & done
            wait
            """]);
        work.WaitForExit(TimeSpan.FromSeconds(300 + (Pairs / 2))).Succeeded();
        var seconds = (Environment.TickCount64 - begin) / 1000.0;

        Assert.Equal("", Read(node, "failures"));
        AssertUsable(node);
        // One link of each pair belongs to the plugin.
        var made = storm.End() - (Workers * pairsOfEach);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Workers * pairsOfEach} pairs in {seconds:f1} s, {made} links of the node made, {made / seconds:f0} a second"));
        Assert.All(Enumerable.Range(1, Workers), worker =>
            Assert.Equal($"{pairsOfEach}\n", Read(node, $"done.{worker}")));
        Assert.True(made > Pairs, $"no storm: {made} links made, beside {Pairs} pairs of ADD and DEL");
        Assert.All(Enumerable.Range(1, Workers), worker => node.AssertNoResidue($"w{worker}"));
    }

    [Fact]
    public void A_dump_of_links_that_changed_meanwhile_is_repeated()
    {
        const int Enough = 20;
        const int TooMany = 100;
        Requirement.Programs("strace");
        using var node = NewNode();
        RawCall.Of(node, "ADD", Network, "w1").Succeed();
        var collect = RawCall.Of(node, "GC", Configurations.With("""
            {"cniVersion": "1.1.0", "cni.dev/valid-attachments": [{"containerID": "container-w1", "ifname": "eth0"}]}
            """));
        using var storm = new LinkStorm(node);

        var (interrupted, lists) = (0, 0);
        for (; lists < Enough || (interrupted == 0 && lists < TooMany); lists++)
        {
            RawCall.Of(node, "ADD", Network, "w2").Succeed();
            collect.Succeed();
            Assert.Empty(node.IpJsonInPod("w2", "link", "show", "type", "veth").EnumerateArray());

            // No garbage is left, so this GC only requests the list, slowly, until no change interrupts it.
            var trace = (collect with { Wrapper = ["strace", "-f", "-qq", "-e", "trace=sendto,recvfrom"] }).Succeed().Stderr;
            var lastRequest = trace.LastIndexOf("sendto(", StringComparison.Ordinal);
            Assert.DoesNotContain("NLM_F_DUMP_INTR", trace[lastRequest..], StringComparison.Ordinal);
            interrupted += trace.Contains("NLM_F_DUMP_INTR", StringComparison.Ordinal) ? 1 : 0;
        }

        storm.End();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{interrupted} of {lists} lists were interrupted"));
        Assert.True(interrupted > 0, $"the kernel interrupted none of {lists} lists");
        Assert.Equal(["10.88.0.2", "fd00:88::2"], node.Reservations());
        Assert.Single(node.PodLinks(PodNetwork.Bridge));
        node.AssertPodReaches("w1", "10.88.0.1");
        node.AssertPodReaches("w1", "fd00:88::1");
    }

    /// <summary>Asserts that an ADD during the storm connects its pod, and that CHECK and GC succeed.</summary>
    static void AssertUsable(ScratchNode node)
    {
        var added = RawCall.Of(node, "ADD", Network, "w1").Succeed();
        node.AssertPodReaches("w1", "10.88.0.1");
        node.AssertPodReaches("w1", "fd00:88::1");
        RawCall.Of(node, "CHECK", Network, "w1").WithPrevious(added).Succeed();
        RawCall.Of(node, "DEL", Network, "w1").Succeed();
    }

    const string Network = Configurations.Plain;

    static string Plugin => Path.Combine(PluginDirectory.UnderTest, "bridge");

    static string Read(ScratchNode node, string name)
    {
        var file = node.FromOutside($"{ScratchNode.Directory}/{name}");
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.WriteFile($"{ScratchNode.Directory}/input", Network);
        for (var worker = 1; worker <= Workers; worker++)
        {
            node.AddPod($"w{worker}");
        }

        return node;
    }
}
