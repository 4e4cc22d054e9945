using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

public sealed class BridgeGarbageTests : IDisposable
{
    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    string Config(string list) => $$"""
        {
          "ipam": {"type": "host-local", "dataDir": "{{_root["data"]}}", "stateDir": "{{_root["state"]}}"}
          {{(list.Length > 0 ? ", \"cni.dev/valid-attachments\": " + list : "")}}
        }
        """;

    const string GoRules = "collect what Go made for pods";

    const string OnlyA = """[{"containerID":"a","ifname":"eth0"}]""";

    static FakeNode Node(params IEnumerable<string> failing) => new()
    {
        AttachedLinks = [Attached("a", "eth0", "veth1"), Attached("b", "eth0", "veth2"), Attached("a", "net1", "veth3")],
        Failing = [.. failing],
    };

    static AttachedLink Attached(string id, string interfaceName, string name) =>
        new(new Attachment("pods", id, interfaceName), new Link { Index = 5, Name = name });

    void Run(FakeNode node, string list = OnlyA, bool hasAddresses = true, bool isGuarded = false) =>
        new BridgeGarbage(Requests.Make(Config(list)), isGuarded, hasAddresses ? node : null, node).Run();

    string[] Reserve()
    {
        Directory.CreateDirectory(_root["data/pods"]);
        File.WriteAllText(_root["data/pods/10.0.0.2"], "a\r\neth0");
        File.WriteAllText(_root["data/pods/10.0.0.3"], "b\r\neth0");
        return Files();
    }

    string[] Files() => [.. Directory.EnumerateFiles(_root["data/pods"], "10.*").Select(path => Path.GetFileName(path)!).Order()];

    [Fact]
    public void GC_deletes_stale_links_before_it_releases_their_addresses()
    {
        var node = Node();
        Run(node);
        Assert.Equal(
            [GoRules, "host links of pods", "delete veth2", "delete veth3", "collect guards of pods", "collect addresses"], node.Calls);
    }

    [Fact]
    public void Former_ranges_are_removed_after_the_addresses()
    {
        var node = new FakeNode { HasFormerRanges = true };
        Run(node);
        Assert.Equal(["collect addresses", "remove former ranges of pods"], node.Calls[^2..]);
    }

    [Fact]
    public void GC_without_an_IPAM_type_deletes_links_only()
    {
        var node = Node();
        Run(node, hasAddresses: false);
        Assert.Equal([GoRules, "host links of pods", "delete veth2", "delete veth3", "collect guards of pods"], node.Calls);
    }

    [Fact]
    public void GC_with_an_empty_list_removes_all_attachments()
    {
        var node = Node();
        Run(node, "[]");
        Assert.Equal(
            [GoRules, "host links of pods", "delete veth1", "delete veth2", "delete veth3", "collect guards of pods", "collect addresses"],
            node.Calls);
    }

    [Fact]
    public void GC_with_macspoofchk_removes_stale_spoofing_rules()
    {
        var node = Node();
        Run(node, isGuarded: true);
        Assert.Equal("collect guards of pods, as configured", node.Calls[^2]);
    }

    const string Guards = "collect guards of pods";
    const string Links = "host links of pods|delete veth2|delete veth3|" + Guards, Left = "collect addresses, links left";

    // The IPAM plugin gets GC even if an address may still be in use.
    [Theory]
    [InlineData("host links of pods", "host links of pods|" + Guards + "|" + Left)]
    [InlineData("delete veth2", Links + "|" + Left)]
    [InlineData("delete veth3", Links + "|" + Left)]
    [InlineData("delete veth2|delete veth3", Links + "|" + Left)]
    [InlineData("delete veth2|" + Left, Links + "|" + Left)]
    // The port is deleted even if the removal of its rules fails.
    [InlineData(Guards, Links + "|collect addresses")]
    [InlineData("collect addresses", Links + "|collect addresses")]
    public void A_failure_stops_no_other_step_and_all_are_reported_together(string failing, string calls)
    {
        var node = Node(failing.Split('|'));
        var failure = Assert.Throws<CniException>(() => Run(node));
        Assert.Equal(CniErrorCode.IoFailure, failure.Code);
        Assert.Equal("GC is not complete: " +
            string.Join("; ", failing.Split('|').Select(step => $"could not {step}: invalid argument")), failure.Message);
        Assert.Equal([GoRules, .. calls.Split('|')], node.Calls);
    }

    [Fact]
    public void GC_releases_stale_reservations()
    {
        Reserve();
        var request = Requests.Make(Config(OnlyA));
        new BridgeGarbage(request, false, HostLocalAddresses.ForDelete(request, AttachmentNetwork.None), Node()).Run();
        Assert.Equal(["10.0.0.2"], Files());
    }

    // An address may be assigned again only when no pod has it.
    [Fact]
    public void GC_keeps_reservations_if_a_link_was_not_deleted()
    {
        var before = Reserve();
        var request = Requests.Make(Config(OnlyA));
        Requests.AssertRefused(CniErrorCode.IoFailure,
            () => new BridgeGarbage(request, false, HostLocalAddresses.ForDelete(request, AttachmentNetwork.None), Node("delete veth3"))
                .Run(), "delete veth3");
        Assert.Equal(before, Files());
    }

    [Fact]
    public void GC_without_a_list_changes_nothing()
    {
        var node = Node();
        Requests.AssertRefused(CniErrorCode.InvalidConfig, () => Run(node, list: ""), "cni.dev/valid-attachments");
        Assert.Empty(node.Calls);
    }

    [Fact]
    public void GC_treats_null_as_an_empty_list()
    {
        var node = Node();
        Run(node, "null");
        Assert.Equal(
            [GoRules, "host links of pods", "delete veth1", "delete veth2", "delete veth3", "collect guards of pods", "collect addresses"],
                node.Calls);
    }
}
