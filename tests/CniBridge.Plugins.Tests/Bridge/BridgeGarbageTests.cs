using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

public sealed class BridgeGarbageTests : IDisposable
{
    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    string Config(string ipamType, string list) => $$"""
        {
          "ipam": {"type": "{{ipamType}}", "dataDir": "{{_root["data"]}}", "stateDir": "{{_root["state"]}}"},
          "cni.dev/valid-attachments": {{list}}
        }
        """;

    const string OnlyA = """[{"containerID":"a","ifname":"eth0"}]""";
    const string Step = "delete host links of pods but a";

    string[] Reserve()
    {
        Directory.CreateDirectory(_root["data/pods"]);
        File.WriteAllText(_root["data/pods/10.0.0.2"], "a\r\neth0");
        File.WriteAllText(_root["data/pods/10.0.0.3"], "b\r\neth0");
        return Files();
    }

    string[] Files() => [.. Directory.EnumerateFiles(_root["data/pods"], "10.*").Select(path => Path.GetFileName(path)!).Order()];

    [Theory]
    [InlineData("host-local", "10.0.0.2")]
    // Somebody else's reservations are not ours to collect.
    [InlineData("static", "10.0.0.2 10.0.0.3")]
    [InlineData("", "10.0.0.2 10.0.0.3")]
    public void Links_and_addresses_of_the_dead_go(string ipamType, string left)
    {
        Reserve();
        var node = new FakeNode();
        new BridgeGarbage(Requests.Make(Config(ipamType, OnlyA)), node).Run();
        Assert.Equal([Step], node.Calls);
        Assert.Equal(left.Split(' '), Files());
    }

    [Fact]
    public void An_address_stays_while_a_link_may_have_it()
    {
        var before = Reserve();
        var node = new FakeNode { Failing = { Step } };
        Requests.AssertRefused(CniErrorCode.IoFailure, () => new BridgeGarbage(Requests.Make(Config("host-local", OnlyA)), node).Run(),
            "GC is not complete", Step);
        Assert.Equal(before, Files());
    }

    [Fact]
    public void Without_a_list_nothing_is_touched()
    {
        var before = Reserve();
        var node = new FakeNode();
        Requests.AssertRefused(CniErrorCode.InvalidConfig,
            () => new BridgeGarbage(Requests.Make(Config("host-local", "null")), node).Run(), "cni.dev/valid-attachments");
        Assert.Empty(node.Calls);
        Assert.Equal(before, Files());
    }
}
