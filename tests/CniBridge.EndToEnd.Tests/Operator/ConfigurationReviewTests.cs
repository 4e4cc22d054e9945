using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of cni-bridge conf validate and conf show.</summary>
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
            "/etc/cni/net.d/10-podnet.conf: ok\n" +
            "/etc/cni/net.d/20-other.conflist:2:22: warning: unknown key brigde is ignored: did you mean bridge?\n", result.Stdout);
        Assert.Equal("/etc/cni/net.d/10-podnet.conf: ok\n", Conf(node, "validate", "/etc/cni/net.d/10-podnet.conf").Succeeded().Stdout);
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
    public void Each_file_is_checked_separately()
    {
        using var node = NewNode();
        node.Run("sh", "-c",
            "cd /etc/cni/net.d; ln -s none 05-dangling.conf; head -c 40000000 /dev/zero > 06-long.conflist; printf '\\357\\273\\277{}' > " +
            "07-mark.conf").Succeeded();

        var result = Conf(node, "validate");

        Assert.Equal(
            "/etc/cni/net.d/05-dangling.conf:1:1: error: cannot read the network configuration /etc/cni/net.d/05-dangling.conf: there is " +
                "no such file\n" +
            "/etc/cni/net.d/06-long.conflist:1:1: error: cannot read the network configuration /etc/cni/net.d/06-long.conflist: it is " +
                "longer than 1 MiB\n" +
            "/etc/cni/net.d/07-mark.conf:1:1: error: not valid JSON: the text begins with a byte order mark: save it as UTF-8 without " +
                "one\n" +
            "/etc/cni/net.d/10-podnet.conf: ok\n" +
            "/etc/cni/net.d/20-other.conflist:2:22: warning: unknown key brigde is ignored: did you mean bridge?\n", result.Stdout);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(1, Conf(node, "validate", "/etc/cni/net.d/10-podnet.conf", "/etc/cni/net.d/05-dangling.conf").ExitCode);
        node.Run("rm", "/etc/cni/net.d/05-dangling.conf", "/etc/cni/net.d/06-long.conflist", "/etc/cni/net.d/07-mark.conf").Succeeded();
        Assert.StartsWith("/etc/cni/net.d/10-podnet.conf\n", Conf(node, "show").Succeeded().Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"disableGC\": \"yes\"")]
    [InlineData("\"disableCheck\": 1")]
    [InlineData("\"cniVersions\": \"1.1.0\"")]
    [InlineData("\"cniVersion\": null")]
    public void A_list_that_libcni_refuses_is_reported_and_not_used(string key)
    {
        using var node = NewNode();
        node.AddPod("pod");
        node.WriteFile("/etc/cni/net.d/00-bad.conflist", $$"""
            {"name": "bad", {{key}}, "plugins": [{"type": "bridge", "ipam": {"type": "host-local", "subnet": "10.77.0.0/24"} }]}
            """);
        var before = node.Snapshot();

        Assert.Equal(2, Conf(node, "validate", "/etc/cni/net.d/00-bad.conflist").ExitCode);
        var result = node.Run(Program, ["add", "box", "pod", "--bin-dir", PluginDirectory.UnderTest]);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"cni-bridge: /etc/cni/net.d/00-bad.conflist: {key.Split('"')[1]}", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(before, node.Snapshot());
    }

    [Fact]
    public void conf_show_prints_the_file_that_runtimes_use()
    {
        using var node = NewNode();

        var text = Conf(node, "show").Succeeded().Stdout;

        Assert.Equal(
            $"/etc/cni/net.d/10-podnet.conf\nnetwork podnet, CNI 1.0.0\n  bridge  {PluginDirectory.UnderTest}/bridge\n" +
            "bridge cni0, pods from 10.88.0.0/24 fd00:88::/64\nreservations in /var/lib/cni/networks/podnet\n" +
            "ignored: /etc/cni/net.d/20-other.conflist\n", text);
        Assert.Equal("podnet", Conf(node, "show", "--output", "json").Succeeded().Json.GetProperty("network").GetString());
        Assert.Equal(1, Conf(node, "show", "--conf-dir", "/etc/none").ExitCode);
    }
}
