using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>Tests of the search for the program of an ipam.type in the directories of CNI_PATH.</summary>
public sealed class IpamSearchTests(UntouchedNodes nodes) : IClassFixture<UntouchedNodes>
{
    const int Internal = 999;

    [Theory]
    [InlineData("/opt/cni/one:/opt/cni/two")]
    [InlineData("/opt/cni/one/:/opt/cni/two")]
    [InlineData("/opt/cni/none:/opt/cni/one:/opt/cni/two")]
    [InlineData(":/opt/cni/one:/opt/cni/two")]
    [InlineData("::/opt/cni/one::/opt/cni/two:")]
    [InlineData("/dev/null:/opt/cni/one:/opt/cni/two")]
    [InlineData("/opt/cni/two/../one:/opt/cni/two")]
    public void The_first_directory_with_the_plugin_is_used(string path)
    {
        using var node = NewNode();
        var first = new ScriptedIpam(node, "/opt/cni/one/scripted");
        var second = new ScriptedIpam(node, "/opt/cni/two/scripted");

        AddCheckAndDelete(node, path);

        Assert.Equal(["ADD", "CHECK", "DEL"], first.Calls);
        Assert.Empty(second.Calls);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("mkdir /opt/cni/one/scripted")]
    [InlineData("mkfifo /opt/cni/one/scripted")]
    [InlineData("mknod /opt/cni/one/scripted c 1 3")]
    [InlineData("ln -s /opt/cni/none /opt/cni/one/scripted")]
    [InlineData("ln -s /opt/cni /opt/cni/one/scripted")]
    [InlineData("ln -s scripted /opt/cni/one/scripted")]
    public void A_path_that_is_not_a_file_is_skipped(string command)
    {
        using var node = NewNode();
        var second = new ScriptedIpam(node, "/opt/cni/two/scripted");
        node.Run("sh", "-ec", $"mkdir /opt/cni/one; {command}").Succeeded();

        AddCheckAndDelete(node, "/opt/cni/one:/opt/cni/two");

        Assert.Equal(["ADD", "CHECK", "DEL"], second.Calls);
    }

    [Fact]
    public void A_link_is_run_with_its_own_name()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node, "/opt/cni/two/program");
        ipam.Does("CHECK", "echo $0 > name");
        node.Run("sh", "-ec", "mkdir /opt/cni/one; ln -s ../two/program /opt/cni/one/scripted").Succeeded();

        AddCheckAndDelete(node, "/opt/cni/one:/opt/cni/two");

        Assert.Equal("/opt/cni/one/scripted\n", ipam.Note("name"));
    }

    // Each would call the next one without end.
    [Theory]
    [InlineData("bridge")]
    [InlineData("cni-bridge")]
    public void The_bridge_is_refused_as_IPAM_plugin(string type)
    {
        using var node = NewNode();
        foreach (var verb in new[] { "ADD", "CHECK", "DEL", "STATUS", "GC" })
        {
            const string newest = """{"cniVersion": "1.1.0", "cni.dev/valid-attachments": []}""";
            var call = RawCall.Of(node, verb, ScriptedIpam.Network(newest, type)).With("CNI_PATH", PluginDirectory.UnderTest);

            (call with { Wrapper = ["timeout", "--signal=KILL", "15"] }).FailSomehow(type);

            node.AssertNoResidue("pod");
        }
    }

    [Fact]
    public void The_first_file_is_used_even_if_it_cannot_be_run()
    {
        using var node = NewNode();
        _ = new ScriptedIpam(node, "/opt/cni/one/scripted");
        var second = new ScriptedIpam(node, "/opt/cni/two/scripted");
        node.Run("chmod", "644", "/opt/cni/one/scripted").Succeeded();

        RawCall.Of(node, "ADD", ScriptedIpam.Network()).With("CNI_PATH", "/opt/cni/one:/opt/cni/two")
            .FailSomehow("/opt/cni/one/scripted");

        Assert.Empty(second.Calls);
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void Names_and_directories_may_have_spaces_and_letters_of_any_language()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node, "/opt/cni/ein Verzeichnis für 插件/my ipam é");

        AddCheckAndDelete(node, "/opt/cni/one:/opt/cni/ein Verzeichnis für 插件", "my ipam é");

        Assert.Equal(["ADD", "CHECK", "DEL"], ipam.Calls);
    }

    [Theory]
    [InlineData("missing", "/opt/cni/bin", "failed to find plugin \"missing\" in path [/opt/cni/bin]")]
    [InlineData("missing", "/opt/none:/opt/cni/bin", "failed to find plugin \"missing\" in path [/opt/none /opt/cni/bin]")]
    [InlineData("Host-Local", "/opt/none", "failed to find plugin \"Host-Local\" in path [/opt/none]")]
    [InlineData("bin", "/opt/cni", "failed to find plugin \"bin\" in path [/opt/cni]")]
    [InlineData(".", "/opt/cni/bin", "failed to find plugin \".\" in path [/opt/cni/bin]")]
    [InlineData("..", "/opt/cni/bin", "failed to find plugin \"..\" in path [/opt/cni/bin]")]
    public void Missing_files_are_found_before_any_change(string type, string path, string message)
    {
        var configuration = ScriptedIpam.Network(type: type);
        nodes.AssertRefused(Internal, node => RawCall.Of(node, "ADD", configuration).With("CNI_PATH", path), message);
        nodes.AssertRefused(Internal, node => RawCall.Of(node, "CHECK", configuration).With("CNI_PATH", path), message);
        nodes.AssertRefused(Internal, node => RawCall.Of(node, "DEL", configuration).With("CNI_PATH", path), message);
    }

    // The path of a plugin is not a name.
    [Theory]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("../bin/scripted")]
    [InlineData("/opt/cni/bin/scripted")]
    [InlineData("../host-local")]
    public void A_name_with_a_slash_is_refused_before_any_change(string type)
    {
        var configuration = ScriptedIpam.Network(type: type);
        foreach (var verb in new[] { "ADD", "CHECK", "DEL" })
            nodes.AssertRefused(Internal, node => RawCall.Of(node, verb, configuration), $"invalid plugin name: {type}");
    }

    [Fact]
    public void A_name_with_a_NUL_runs_no_plugin()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        var reservations = new ScriptedIpam(node, "/opt/cni/bin/host-local");

        RawCall.Of(node, "ADD", ScriptedIpam.Network(type: "scripted\\u0000x")).FailSomehow();
        RawCall.Of(node, "ADD", ScriptedIpam.Network(type: "host-local\\u0000")).FailSomehow();

        Assert.Empty(ipam.Calls);
        Assert.Empty(reservations.Calls);
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void STATUS_fails_if_the_plugin_is_missing()
    {
        using var node = NewNode();
        var call = RawCall.Of(node, "STATUS", ScriptedIpam.Network("""{"cniVersion": "1.1.0"}"""));

        call.Fail(50, "failed to find plugin \"scripted\" in path [/opt/cni/bin]");
        _ = new ScriptedIpam(node);
        call.Succeed();
    }

    static void AddCheckAndDelete(ScratchNode node, string path, string type = ScriptedIpam.Type)
    {
        RawCall Call(string verb) => RawCall.Of(node, verb, ScriptedIpam.Network(type: type)).With("CNI_PATH", path);

        var added = Call("ADD").Succeed();
        Call("CHECK").WithPrevious(added).Succeed();
        Call("DEL").Succeed();
        node.AssertNoResidue("pod");
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
