using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Tests.Runtime;

/// <summary>Tests of capability arguments and CNI_ARGS, which plugins get as from a runtime.</summary>
public sealed class RuntimeArgumentsTests : IDisposable
{
    const string Netns = "/run/netns/pod1";

    static readonly RuntimeArguments s_arguments = new()
    {
        Capabilities = new JsonObject { ["mac"] = "02:00:00:00:00:01", ["portMappings"] = new JsonArray() },
        Pairs = [new("IgnoreUnknown", "1"), new("K8S_POD_NAME", "web-0")],
    };

    readonly ScriptedPlugins _plugins = new("one", "two", "three");

    public void Dispose() => _plugins.Dispose();

    NetworkChain Chain(string capabilitiesOfTwo = """{"mac":true,"portMappings":true,"ips":true}""")
    {
        var list = NetworkList.Parse(Encoding.UTF8.GetBytes($$"""
            {"name": "pods", "cniVersion": "1.0.0", "plugins": [
              {"type": "one", "capabilities": {"mac": true, "portMappings": false} },
              {"type": "two", "capabilities": {{capabilitiesOfTwo}}},
              {"type": "three"}]}
            """));
        return new NetworkChain(list, new PluginProcess(_plugins.Path, ScriptedPlugins.OwnEnvironment), _plugins.Cache, TextWriter.Null);
    }

    string? RuntimeConfig(int call) => _plugins.Input(call)["runtimeConfig"]?.ToJsonString();

    [Fact]
    public void Each_plugin_gets_its_declared_capabilities_in_each_call()
    {
        Chain().Add("pod1", Netns, "eth0", s_arguments);
        Chain().Check("pod1", Netns, "eth0");
        Chain().Delete("pod1", "", "eth0");

        Assert.Equal(
            ["ADD one", "ADD two", "ADD three", "CHECK one", "CHECK two", "CHECK three", "DEL three", "DEL two", "DEL one"],
            _plugins.Calls);
        for (var call = 0; call < _plugins.Calls.Length; call++)
        {
            Assert.Equal(
                _plugins.Calls[call].Split(' ')[1] switch
                {
                    "one" => """{"mac":"02:00:00:00:00:01"}""",
                    "two" => """{"mac":"02:00:00:00:00:01","portMappings":[]}""",
                    _ => null,
                },
                RuntimeConfig(call));
            Assert.Contains("CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAME=web-0", _plugins.Environment(call));
        }
    }

    [Fact]
    public void The_cleanup_after_a_failure_gets_the_arguments()
    {
        _plugins.Fail("three", "ADD");

        Assert.Throws<RuntimeException>(() => Chain().Add("pod1", Netns, "eth0", s_arguments));

        Assert.Equal("DEL two", _plugins.Calls[4]);
        Assert.Equal("""{"mac":"02:00:00:00:00:01","portMappings":[]}""", RuntimeConfig(4));
        Assert.Contains("CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAME=web-0", _plugins.Environment(4));
    }

    [Fact]
    public void A_capability_that_no_plugin_declares_is_refused_before_the_first_call()
    {
        var message = Assert.Throws<RuntimeException>(
            () => Chain("""{"mac":true,"portMappings":false}""").Add("pod1", Netns, "eth0", s_arguments)).Message;

        Assert.StartsWith("no plugin of the network pods has the capability portMappings: add ", message, StringComparison.Ordinal);
        Assert.Empty(_plugins.Calls);
    }

    // The format of libcni (cachedInfo), so that a runtime or cnitool can finish the attachment.
    [Fact]
    public void The_cache_contains_the_arguments_in_the_format_of_libcni()
    {
        Chain().Add("pod1", Netns, "eth0", s_arguments);

        var entry = JsonNode.Parse(File.ReadAllBytes(Path.Combine(_plugins.CachePath, "pods-pod1-eth0")))!;
        Assert.Equal("""[["IgnoreUnknown","1"],["K8S_POD_NAME","web-0"]]""", entry["cniArgs"]!.ToJsonString());
        Assert.Equal("""{"mac":"02:00:00:00:00:01","portMappings":[]}""", entry["capabilityArgs"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"cniArgs": 5, "capabilityArgs": []}""")]
    [InlineData("""{"cniArgs": [5, ["a"], [null, null]], "capabilityArgs": {"mac": null}}""")]
    public void DEL_works_with_damaged_arguments(string members)
    {
        Chain().Add("pod1", Netns, "eth0");
        var path = Path.Combine(_plugins.CachePath, "pods-pod1-eth0");
        var entry = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
            entry[name] = value?.DeepClone();
        File.WriteAllText(path, entry.ToJsonString());

        Chain().Delete("pod1", "", "eth0");

        Assert.Null(_plugins.Cache.TryLoad(new Attachment("pods", "pod1", "eth0")));
    }
}
