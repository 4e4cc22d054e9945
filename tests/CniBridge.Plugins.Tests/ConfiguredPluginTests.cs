using System.Text.Json.Nodes;
using CniBridge.Plugins.Host;
using CniBridge.Plugins.Operations;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests;

/// <summary>Tests of the plugin that a program with another name selects.</summary>
public sealed class ConfiguredPluginTests
{
    [Theory]
    [InlineData("bridge", "bridge")]
    [InlineData("portmap.real", "portmap")]
    [InlineData("host-local.old", "host-local")]
    [InlineData("host-local-0.9", "host-local")]
    [InlineData("loopback.bak.2", "loopback")]
    [InlineData("bridge~", "bridge")]
    [InlineData("bridge_orig", "bridge")]
    [InlineData("bridge2", null)]
    [InlineData("bridged", null)]
    [InlineData("host", null)]
    [InlineData("host-locale", null)]
    [InlineData("cni-bridge", null)]
    [InlineData(".portmap", null)]
    [InlineData("Portmap", null)]
    [InlineData("", null)]
    public void A_plugin_is_recognized_by_the_start_of_its_name(string name, string? plugin) => Assert.Equal(plugin, PluginName.Find(name));

    [Theory]
    [InlineData("wrapped", """{"type":"portmap"}""", "portmap")]
    [InlineData("wrapped", """{"type":"portmap.real"}""", "portmap")]
    [InlineData("wrapped", """{"type":"portmap","ipam":{"type":"host-local"}}""", "portmap")]
    // A call for the bridge and one for its IPAM plugin look alike if both have names of this program.
    [InlineData("wrapped", """{"type":"bridge","ipam":{"type":"host-local"}}""", "bridge")]
    [InlineData("wrapped", """{"type":"macvlan","ipam":{"type":"host-local"}}""", "host-local")]
    [InlineData("wrapped", """{"type":"macvlan","ipam":{"type":"host-local.old"}}""", "host-local")]
    [InlineData("wrapped", """{"ipam":{"type":"host-local"}}""", "host-local")]
    public void The_configuration_selects_the_plugin(string program, string config, string expected)
    {
        foreach (var verb in new[] { "ADD", "DEL", "CHECK", "GC", "STATUS" })
        {
            var (answer, created, _) = Run(program, verb, config);
            Assert.Equal(0, answer.ExitCode);
            Assert.Equal([expected], created);
        }
    }

    [Theory]
    [InlineData("wrapped", "{}")]
    [InlineData("wrapped", """{"type":"macvlan"}""")]
    [InlineData("wrapped", """{"type":"macvlan","ipam":{"type":"static"}}""")]
    [InlineData("wrapped", """{"type":"Bridge"}""")]
    // As IPAM plugin, the program must not act as the bridge that calls it.
    [InlineData("wrapped", """{"type":"bridge","ipam":{"type":"wrapped"}}""")]
    public void A_call_without_a_known_plugin_name_is_refused(string program, string config)
    {
        foreach (var verb in new[] { "ADD", "DEL", "CHECK", "GC" })
        {
            var (answer, created, _) = Run(program, verb, config);
            answer.AssertIsError();
            Assert.Equal(CniErrorCode.InvalidConfig, answer.Code);
            Assert.Contains($"\"{program}\"", answer.Message, StringComparison.Ordinal);
            Assert.Contains("host-local, loopback", answer.Details, StringComparison.Ordinal);
            Assert.Empty(created);
        }
    }

    [Fact]
    public void VERSION_needs_no_known_plugin_name() => Assert.Equal(0, Run("wrapped", "VERSION", "{}").Answer.ExitCode);

    [Fact]
    public void The_log_of_operations_names_the_plugin_that_was_found() =>
        Assert.Equal("recording", Run("wrapped", "DEL", """{"type":"portmap"}""").Logged?.Plugin);

    static (Answer Answer, List<string> Created, Operation? Logged) Run(string program, string verb, string config)
    {
        using var directory = new TemporaryDirectory();
        var created = new List<string>();
        var plugin = new ConfiguredPlugin(program, name =>
        {
            created.Add(name);
            return new RecordingPlugin();
        });
        var log = new OperationLog(Path.Combine(directory.Path, "log"));
        var network = JsonNode.Parse(config)!.AsObject();
        network["name"] = "pods";
        network["cniVersion"] = "1.1.0";
        var answer = Call.Run(plugin, Call.Variables(verb), network.ToJsonString(), log);
        return (answer, created, log.Read() is [var logged, ..] ? logged : null);
    }
}
