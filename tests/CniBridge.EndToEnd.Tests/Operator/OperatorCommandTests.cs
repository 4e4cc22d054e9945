using System.Text;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of cni-bridge add, check, del and version, which act as a runtime.</summary>
public sealed class OperatorCommandTests
{
    const string Results = "/var/lib/cni/results";

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    [Fact]
    public void A_container_is_added_checked_and_deleted()
    {
        using var node = NewNode();
        WriteNetwork(node, "10-podnet.conflist");

        var result = Run(node, "add", "box", "pod").Succeeded();

        Assert.Equal("10.88.0.2/24", result.Json.GetProperty("ips")[0].GetProperty("address").GetString());
        Assert.Equal("/run/netns/pod", result.Json.GetProperty("interfaces")[2].GetProperty("sandbox").GetString());
        node.AssertPodReaches("pod", "10.88.0.1");
        AssertSilent(Run(node, "check", "box", "pod"));
        AssertSilent(Run(node, "check", "box", "/run/netns/pod"));
        AssertSilent(Run(node, "del", "box", "pod"));
        AssertSilent(Run(node, "del", "box", "pod"));
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void The_result_is_cached_in_the_format_of_libcni()
    {
        using var node = NewNode();
        WriteNetwork(node, "10-podnet.conflist");

        var result = Run(node, "add", "box", "pod").Succeeded();

        var file = node.FromOutside($"{Results}/podnet-box-eth0");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var entry = new CommandResult("", 0, File.ReadAllText(file), "").Json;
        Assert.Equal("cniCacheV1", entry.GetProperty("kind").GetString());
        Assert.Equal("box", entry.GetProperty("containerId").GetString());
        Assert.Equal("eth0", entry.GetProperty("ifName").GetString());
        Assert.Equal("podnet", entry.GetProperty("networkName").GetString());
        Assert.Equal("/run/netns/pod", entry.GetProperty("netns").GetString());
        var configuration = Encoding.UTF8.GetString(entry.GetProperty("config").GetBytesFromBase64());
        Assert.Equal(File.ReadAllText(node.FromOutside("/etc/cni/net.d/10-podnet.conflist")), configuration);
        Assert.Equal(JsonSerializer.Serialize(result.Json), JsonSerializer.Serialize(entry.GetProperty("result")));
        Run(node, "del", "box", "pod").Succeeded();
        Assert.Empty(node.CachedResults());
    }

    [Fact]
    public void DEL_without_a_namespace_uses_that_of_ADD()
    {
        using var node = NewNode();
        WriteNetwork(node, "10-podnet.conflist");
        WriteNetwork(node, "lo.d/10-lo.conf", """{"cniVersion": "1.0.0", "name": "lo", "type": "loopback"}""");
        Run(node, "add", "box", "pod", "--conf-dir", "/etc/cni/net.d/lo.d").Succeeded();
        Run(node, "add", "box", "pod").Succeeded();

        AssertSilent(Run(node, "del", "box", "--conf-dir", "/etc/cni/net.d/lo.d"));
        AssertSilent(Run(node, "del", "box"));

        var flags = node.IpJsonInPod("pod", "link", "show", "lo")[0].GetProperty("flags");
        Assert.DoesNotContain("UP", flags.EnumerateArray().Select(flag => flag.GetString()));
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void DEL_of_an_unknown_container_creates_nothing()
    {
        using var node = NewNode();
        WriteNetwork(node, "10-podnet.conflist");
        var before = node.Snapshot();

        AssertSilent(Run(node, "del", "unknown"));

        Assert.Equal(before, node.Snapshot());
    }

    [Fact]
    public void The_first_file_of_the_directory_is_used()
    {
        using var node = NewNode();
        WriteNetwork(node, "20-second.conflist", Network("second", "1.0.0"));
        WriteNetwork(node, "10-first.conf", Network("first", "1.0.0", isList: false));
        WriteNetwork(node, "00-readme.txt", "no configuration");
        WriteNetwork(node, "30-third.json", "{");

        Run(node, "add", "box", "pod").Succeeded();
        Run(node, "add", "box", "pod", "--conf", "/etc/cni/net.d/20-second.conflist", "--ifname", "net1").Succeeded();

        Assert.Equal(["first-box-eth0", "second-box-net1"], node.CachedResults().Order());
        Assert.Single(node.IpJsonInPod("pod", "link", "show", "net1").EnumerateArray());
    }

    [Theory]
    [InlineData("0.3.1")]
    [InlineData("0.4.0")]
    [InlineData("1.1.0")]
    public void Every_version_of_a_network_can_be_used(string version)
    {
        using var node = NewNode();
        WriteNetwork(node, "10-podnet.conflist", Network("podnet", version));

        Assert.Equal(version, Run(node, "add", "box", "pod").Succeeded().Json.GetProperty("cniVersion").GetString());
        var check = Run(node, "check", "box", "pod");
        Assert.Equal(version == "0.3.1" ? 1 : 0, check.ExitCode);
        Run(node, "del", "box", "pod").Succeeded();
        node.AssertNoResidue("pod");
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public void The_plugins_before_a_failing_one_get_DEL(string statusOfDel)
    {
        using var node = NewNode();
        const string directory = $"{ScratchNode.Directory}/bin";
        WritePlugin(node, "failing", $$"""
            #!/bin/sh
            cat > /dev/null
            if [ "$CNI_COMMAND" = DEL ] && {{statusOfDel}}; then exit 0; fi
            echo '{"code": 100, "msg": "it does not want to"}'
            exit 1
            """);
        WriteNetwork(node, "10-podnet.conflist", $$"""
            {"cniVersion": "1.0.0", "name": "podnet", "plugins": [{{Configurations.Plain}}, {"type": "failing"}]}
            """);

        AssertFails(Run(node, "add", "box", "pod", "--bin-dir", directory), "failing", "it does not want to");

        Assert.Empty(node.CachedResults());
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void A_refused_second_ADD_leaves_the_first_unchanged()
    {
        using var node = NewNode();
        WriteNetwork(node, "10-podnet.conflist");
        Run(node, "add", "box", "pod").Succeeded();

        AssertFails(Run(node, "add", "box", "pod"), "duplicate allocation is not allowed");

        node.AssertPodReaches("pod", "10.88.0.1");
        Run(node, "check", "box", "pod").Succeeded();
    }

    [Fact]
    public void Failures_are_reported_in_one_sentence()
    {
        using var node = NewNode();
        AssertFails(Run(node, "add", "box", "pod"), "no network configuration in /etc/cni/net.d");
        AssertFails(Run(node, "add", "box", "pod", "--conf", "/missing"), "/missing");
        WriteNetwork(node, "10-podnet.conflist", "{\"name\": ");
        AssertFails(Run(node, "add", "box", "pod"), "10-podnet.conflist", "JSON");
        WriteNetwork(node, "10-podnet.conflist", """{"cniVersion": "1.0.0", "name": "podnet", "plugins": []}""");
        AssertFails(Run(node, "add", "box", "pod"), "plugins");
        WriteNetwork(node, "10-podnet.conflist", """{"cniVersion": "1.0.0", "name": "podnet", "plugins": [{"type": "absent"}]}""");
        AssertFails(Run(node, "add", "box", "pod"), "the plugin absent is missing in");
        WriteNetwork(node, "10-podnet.conflist", """{"cniVersion": "1.0.0", "name": "podnet", "plugins": [{"type": "../bridge"}]}""");
        AssertFails(Run(node, "add", "box", "pod"), "../bridge");
        WriteNetwork(node, "10-podnet.conflist", """{"cniVersion": "1.0.0", "name": "podnet", "type": "absent"}""");
        AssertFails(Run(node, "add", "box", "pod"), "a .conflist needs a list of plugins");
        WriteNetwork(node, "10-podnet.conflist");
        AssertFails(Run(node, "add", "box", "missing"), "/run/netns/missing", "no such file or directory");
        AssertFails(Run(node, "add", "../box", "pod"), "../box");
        AssertFails(Run(node, "add", "box", "pod", "--ifname", "a/b"), "a/b");
        AssertFails(Run(node, "check", "box", "pod"), "box");
        Assert.Empty(node.CachedResults());
        Assert.Empty(node.PodLinks(PodNetwork.Bridge));
    }

    [Theory]
    [InlineData]
    [InlineData("add")]
    [InlineData("add", "box")]
    [InlineData("del")]
    [InlineData("check", "box")]
    [InlineData("fly")]
    [InlineData("add", "box", "pod", "--wings")]
    public void A_wrong_command_line_is_an_error_that_names_the_help(params string[] arguments)
    {
        using var node = NewNode();
        var before = node.Snapshot();

        var result = Run(node, arguments);

        Assert.NotEqual(0, result.ExitCode);
        Assert.NotEmpty(result.Stderr);
        Assert.Equal(before, node.Snapshot());
    }

    [Theory]
    [InlineData("--help", "add")]
    [InlineData("-h", "del")]
    [InlineData("version", "CNI protocol versions supported: 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0")]
    public void Help_and_version_are_reported(string argument, string words)
    {
        using var node = NewNode();
        Assert.Contains(words, Run(node, argument).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Contains("--conf-dir", Run(node, "add", "--help").Succeeded().Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cni-bridge")]
    [InlineData("another-name")]
    public void The_command_works_through_a_link_on_the_path(string name)
    {
        using var node = NewNode();
        WriteNetwork(node, "10-podnet.conflist");
        node.Run("ln", "-s", Program, $"/opt/cni/bin/{name}").Succeeded();

        node.Run("env", "PATH=/opt/cni/bin:" + InstalledPrograms.SearchPath, name, "add", "box", "pod").Succeeded();

        node.AssertPodReaches("pod", "10.88.0.1");
    }

    static void AssertSilent(CommandResult result) => Assert.Empty(result.Succeeded().Stdout + result.Stderr);

    static void AssertFails(CommandResult result, params string[] words)
    {
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Empty(result.Stdout);
        Assert.StartsWith("cni-bridge: ", result.Stderr.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, result.Stderr, StringComparison.Ordinal));
    }

    static CommandResult Run(ScratchNode node, params string[] arguments) => node.Run(Program, arguments);

    /// <summary>
    /// Returns a network as a list of one plugin, or as a single plugin. The network "second" is independent of the others.
    /// </summary>
    static string Network(string name, string version, bool isList = true)
    {
        var plugin = Configurations.With($$"""{"name": "{{name}}", "cniVersion": "{{version}}"}""");
        if (name == "second")
        {
            plugin = Configurations.WithIpam(
                """{"subnet": "10.89.0.0/24"}""",
                $$"""{"name":"second", "cniVersion": "{{version}}", "bridge":"second0", "isDefaultGateway": false}""");
        }

        return isList ? $$"""{"cniVersion": "{{version}}", "name": "{{name}}", "plugins": [{{plugin}}]}""" : plugin;
    }

    static void WriteNetwork(ScratchNode node, string file, string? text = null) =>
        node.WriteFile($"/etc/cni/net.d/{file}", text ?? Network("podnet", "1.0.0"));

    static void WritePlugin(ScratchNode node, string name, string script)
    {
        const string directory = $"{ScratchNode.Directory}/bin";
        node.WriteFile($"{directory}/{name}", script + "\n");
        node.Run("chmod", "+x", $"{directory}/{name}").Succeeded();
        node.Run("ln", "-s", Program, $"{directory}/bridge").Succeeded();
    }

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}
