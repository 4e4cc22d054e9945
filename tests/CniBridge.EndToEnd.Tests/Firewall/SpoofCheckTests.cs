using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Support.SpoofGuards;

namespace CniBridge.EndToEnd.Tests.Firewall;

/// <summary>Tests of macspoofchk with frames: those that pass and those that are dropped.</summary>
public sealed class SpoofCheckTests
{
    static readonly string[] Others = ["10.88.0.1", "10.88.0.3", "fd00:88::1", "fd00:88::3"];

    [Fact]
    public void A_pod_with_another_MAC_is_blocked_until_it_uses_its_own_again()
    {
        using var node = NewNode("pod", "second", "third");
        var (_, mac) = Ends(Add(node, "pod"));
        Add(node, "second", "{}");
        AssertReachesAll(node, "pod");
        Assert.Equal(0, Dropped(node));

        SetMac(node, "pod", Forged);
        foreach (var address in Others)
        {
            var before = Dropped(node);
            Assert.False(Reaches(node, "pod", address));
            Assert.InRange(Dropped(node), before + 1, long.MaxValue);
        }

        // The MAC of another pod is blocked too.
        SetMac(node, "pod", Ends(Add(node, "third")).Mac);
        Assert.False(Reaches(node, "pod", "10.88.0.1"));

        SetMac(node, "pod", mac);
        AssertReachesAll(node, "pod");
    }

    [Theory]
    [InlineData("ip link add link eth0 name other type macvlan mode bridge")]
    [InlineData("ip link add other type bridge; ip link set eth0 master other")]
    public void Frames_of_a_link_behind_the_container_interface_are_dropped(string makeLink)
    {
        using var node = NewNode("pod", "second");
        Add(node, "pod");
        Add(node, "second", "{}");
        node.InPod("pod", "sh", "-ec", $"""
            {makeLink}
            ip address flush dev eth0
            ip link set other address {Forged}
            ip link set other up
            ip address add 10.88.0.77/24 dev other
            ip address add fd00:88::77/64 dev other nodad
            """).Succeeded();

        foreach (var address in Others)
        {
            Assert.False(Reaches(node, "pod", address));
        }

        Assert.InRange(Dropped(node), 1, long.MaxValue);
        AssertReachesAll(node, "second", "10.88.0.1", "fd00:88::1");
    }

    [Fact]
    public void A_pod_without_macspoofchk_may_use_any_MAC_beside_a_pod_with_it()
    {
        using var node = NewNode("free", "pod");
        Add(node, "free", "{}");
        Add(node, "pod");

        SetMac(node, "free", Forged);

        node.AssertPodReaches("free", "10.88.0.1");
        node.AssertPodReaches("free", "10.88.0.3");
        node.AssertPodReaches("free", "fd00:88::3");
        node.AssertPodReaches("pod", "10.88.0.2");
        Assert.Equal(0, Dropped(node));
    }

    [Theory]
    [InlineData("an honest frame", false, "0806")]
    [InlineData("a forged frame", true, "0806")]
    [InlineData("an honest frame with a tag", false, "8100 0005 0806")]
    [InlineData("a forged frame with a tag", true, "8100 0005 0806")]
    [InlineData("a forged frame of an unknown protocol", true, "88b5")]
    public void Frames_are_judged_only_by_their_source_MAC(string what, bool isDropped, string type)
    {
        Assert.NotEmpty(what);
        Requirement.Programs("python3");
        using var node = NewNode("pod");
        var (_, mac) = Ends(Add(node, "pod"));
        var before = Dropped(node);

        // The frame behind the type is an ARP request with a forged sender in any case.
        Send(node, $"ffffffffffff {(isDropped ? Forged : mac)} {type} 0001 0800 06 04 0001 {Forged} 0a580063 000000000000 0a580001");

        Assert.Equal(before + (isDropped ? 1 : 0), Dropped(node));
        // The node has learned the sender, or it has not.
        var known = node.Run("ip", "neigh", "show", "10.88.0.99").Succeeded().Stdout;
        Assert.Equal(type == "0806" && !isDropped, known.Contains(Forged, StringComparison.Ordinal));
    }

    /// <summary>Sends one frame, written in hex, from the container interface.</summary>
    static void Send(ScratchNode node, string frame) => node.InPod("pod", "python3", "-c", """
        import socket, sys
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        link.bind(("eth0", 0))
        link.send(bytes.fromhex(sys.argv[1].replace(":", "")).ljust(60, bytes(1)))
        """, frame).Succeeded();

    [Fact]
    public void The_rules_exist_before_another_program_can_bring_the_interface_up()
    {
        using var node = NewNode("pod");
        Add(node, "pod", """{"macspoofchk": true, "disableContainerInterface": true, "ipam": {}}""");
        var before = Dropped(node);
        node.InPod("pod", "sh", "-ec", $"ip link set eth0 address {Forged}; ip link set eth0 up; ip address add 10.88.0.9/24 dev eth0")
            .Succeeded();
        node.Run("ip", "address", "add", "10.88.0.1/24", "dev", "cni0").Succeeded();
        Assert.False(Reaches(node, "pod", "10.88.0.1"));
        Assert.InRange(Dropped(node), before + 1, long.MaxValue);
    }

    [Fact]
    public void Without_macspoofchk_running_pods_stay_guarded_and_new_ones_are_free()
    {
        using var node = NewNode("old", "new");
        var old = Add(node, "old");
        Add(node, "new", "{}");
        Assert.Equal(Expected(("old", old)), Elements(node));

        SetMac(node, "old", Forged);
        SetMac(node, "new", "02:ba:d0:00:00:02");
        Assert.False(Reaches(node, "old", "10.88.0.1"));
        node.AssertPodReaches("new", "10.88.0.1");

        Call(node, "DEL", "old", "{}").Succeed();
        AssertNothingLeft(node);
    }

    [Fact]
    public void Our_rules_and_those_of_the_Go_plugins_work_side_by_side()
    {
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        using var node = NewNode();
        var network = Configurations.With(On);
        var theirs = new PluginCall
        {
            Node = node,
            PluginDirectory = PluginDirectory.Go,
            Configuration = network,
            ContainerId = "container-go",
            NetworkNamespace = node.AddPod("go"),
        };
        var ours = theirs with
        {
            PluginDirectory = PluginDirectory.UnderTest,
            ContainerId = "container-ours",
            NetworkNamespace = node.AddPod("ours"),
        };

        var theirResult = theirs.Add().Succeeded().Json;
        var theirRules = List(node, "nat");
        var ourResult = ours.Add().Succeeded().Json;
        Assert.Equal(theirRules, List(node, "nat"));
        AssertReachesAll(node, "go", "10.88.0.3", "fd00:88::3");
        AssertReachesAll(node, "ours", "10.88.0.2", "fd00:88::2");
        SetMac(node, "go", Forged);
        Assert.False(Reaches(node, "go", "10.88.0.3"));
        Assert.Equal(0, Dropped(node));

        var ourRules = List(node, "cni-bridge");
        theirs.Del(theirResult).Succeeded();
        Assert.Equal(ourRules, List(node, "cni-bridge"));
        theirs = theirs with { NetworkNamespace = node.AddPod("go2") };
        theirs.Add().Succeeded();
        theirRules = List(node, "nat");
        ours.Del(ourResult).Succeeded();
        Assert.Equal(theirRules, List(node, "nat"));
        AssertNothingLeft(node);
        // Attachments of the other plugin can be deleted. Its rules stay.
        (theirs with { PluginDirectory = PluginDirectory.UnderTest }).Del().Succeeded();
        Assert.Equal(theirRules, List(node, "nat"));
    }

    static string List(ScratchNode node, string table) =>
        node.Run("nft", "--stateless", "--handle", "list", "table", "bridge", table).Succeeded().Stdout;

    static void AssertReachesAll(ScratchNode node, string pod, params string[] addresses)
    {
        foreach (var address in addresses.Length > 0 ? addresses : Others)
        {
            node.AssertPodReaches(pod, address);
        }
    }
}
