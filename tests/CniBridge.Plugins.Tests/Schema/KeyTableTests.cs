using System.Text.Json.Nodes;
using CniBridge.Linux.Route.Links;
using CniBridge.Node.ConfigurationKeys;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Tests.Bridge;
using Xunit.Sdk;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>Tests that the described keys are the keys that the readers of the plugins read.</summary>
public sealed class KeyTableTests
{
    [Fact]
    public void The_readers_of_bridge_and_host_local_read_the_described_keys_and_no_others() =>
        Assert.Equal(ParserSource.Keys, KeyTable.Bridge.Keys.Order(StringComparer.Ordinal));

    // No item of conditionsV4 and conditionsV6 is accepted, so none is described.
    [Fact]
    public void The_reader_of_portmap_reads_the_described_keys_and_no_others() => Assert.Equal(
        ParserSource.PortMapKeys.Where(key => !key.StartsWith("conditions", StringComparison.Ordinal) || !key.EndsWith(']')),
        KeyTable.PortMap.Keys.Order(StringComparer.Ordinal));

    // libcni adds the attachments that exist, for GC.
    [Fact]
    public void The_keys_that_libcni_reads_of_every_plugin_are_described() => Assert.Empty(
        ParserSource.AnyPluginKeys.Where(key => !key.StartsWith("cni.dev/", StringComparison.Ordinal))
            .Except([.. KeyTable.Bridge.Keys, "type"]));

    public static TheoryData<string> BridgePaths => [.. KeyTable.Bridge.Keys];

    [Theory]
    [MemberData(nameof(BridgePaths))]
    public void A_described_key_of_bridge_or_host_local_is_read(string path) =>
        AssertRead(path, KeyTable.Bridge[path], value => PluginJudge.Refusal(Sample.With(path, value)));

    public static TheoryData<string> PortMapPaths => [.. KeyTable.PortMap.Keys];

    [Theory]
    [MemberData(nameof(PortMapPaths))]
    public void A_described_key_of_portmap_is_read(string path) =>
        AssertRead(path, KeyTable.PortMap[path], value => SchemaPortMapTests.Refusal(SchemaPortMapTests.With(path, value)));

    static void AssertRead(string path, ConfigurationKey key, Func<JsonNode?, CniException?> findRefusal)
    {
        JsonNode wrong = key.Type == KeyType.Object ? 5 : new JsonObject();
        Assert.Contains($" {path}", findRefusal(wrong)?.Message, StringComparison.Ordinal);
        var examples = JsonNode.Parse($"[{key.Examples}]")!.AsArray();
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Null(findRefusal(example)));
    }

    public static TheoryData<string> Switches =>
        [.. BridgeKeys.All.Where(key => key.Type == KeyType.Boolean).Select(key => key.Name)];

    [Theory]
    [MemberData(nameof(Switches))]
    public void A_described_switch_of_bridge_changes_the_plan(string key) =>
        Assert.ThrowsAny<XunitException>(() => BridgeConfigTests.AssertEqual(Plan(key, false), Plan(key, true)));

    [Fact]
    public void Every_port_setting_has_one_key()
    {
        var settings = BridgeKeys.All.Where(key => key.Type == KeyType.Boolean)
            .Select(key => BridgeConfigTests.Parse($$"""{"{{key.Name}}": true}""").PortSettings)
            .Where(settings => settings != PortSettings.None);

        Assert.Equal(PortSettings.All.Each(), settings.Order());
    }

    static BridgeConfig Plan(string key, bool value) => BridgeConfigTests.Parse(
        $$"""{"ipam": {"type": "{{(key == "disableContainerInterface" ? "" : "static")}}"}, "{{key}}": {{(value ? "true" : "false")}}}""");
}
