namespace CniBridge.EndToEnd.Tests;

/// <summary>cni-bridge conf validate and conf show, by hand.</summary>
public sealed class ConfigurationReviewTests
{
    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    static ScratchNode NewNode()
    {
        Requirement.Node();
        var node = new ScratchNode();
        node.WriteFile("/etc/cni/net.d/10-podnet.conf", Configurations.Plain);
        node.WriteFile("/etc/cni/net.d/20-other.conflist", """
            {"cniVersion": "1.0.0", "name": "other", "plugins": [
              {"type": "bridge", "brigde": "cni1", "ipam": {"type": "host-local", "subnet": "10.99.0.0/24"}}
            ]}
            """);
        return node;
    }

    static CommandResult Conf(ScratchNode node, params string[] arguments) =>
        node.Run(Program, ["conf", .. arguments, "--bin-dir", PluginDirectory.UnderTest]);

    [Fact]
    public void All_files_of_the_directory_are_checked()
    {
        using var node = NewNode();

        var result = Conf(node, "validate");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            "/etc/cni/net.d/10-podnet.conf: good\n" +
            "/etc/cni/net.d/20-other.conflist:2:22: warning: unknown key brigde, which is passed over: did you mean bridge?\n", result.Stdout);
        Assert.Equal("/etc/cni/net.d/10-podnet.conf: good\n", Conf(node, "validate", "/etc/cni/net.d/10-podnet.conf").Succeeded().Stdout);
        var file = Conf(node, "validate", "--output", "json").Json.GetProperty("files")[1];
        Assert.True(file.GetProperty("valid").GetBoolean());
        var finding = file.GetProperty("findings")[0];
        Assert.Equal(("warning", 2, 22, "plugins[0].brigde"), (
            finding.GetProperty("severity").GetString(), finding.GetProperty("line").GetInt32(), finding.GetProperty("column").GetInt32(),
            finding.GetProperty("key").GetString()));
        Assert.Equal(1, Conf(node, "validate", "/etc/none").ExitCode);
        Assert.Equal(1, Conf(node, "validate", "--conf-dir", "/etc/none").ExitCode);
    }

    [Fact]
    public void What_a_runtime_takes_is_shown()
    {
        using var node = NewNode();

        var text = Conf(node, "show").Succeeded().Stdout;

        Assert.Equal(
            $"/etc/cni/net.d/10-podnet.conf\nnetwork podnet, CNI 1.0.0\n  bridge  {PluginDirectory.UnderTest}/bridge\n" +
            "bridge cni0, pods from 10.88.0.0/24 fd00:88::/64\nreservations in /var/lib/cni/networks/podnet\n" +
            "passed over: /etc/cni/net.d/20-other.conflist\n", text);
        Assert.Equal("podnet", Conf(node, "show", "--output", "json").Succeeded().Json.GetProperty("network").GetString());
        Assert.Equal(1, Conf(node, "show", "--conf-dir", "/etc/none").ExitCode);
    }
}
