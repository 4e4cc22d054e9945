using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests;

/// <summary>Tests of the plugin's own namespace: ADD refuses it before any work, DEL treats it as gone.</summary>
public sealed class PluginHostNamespaceTests
{
    [Theory]
    [InlineData(Call.OwnNamespace, "")]
    [InlineData("/proc/thread-self/ns/net", "")]
    [InlineData("/proc/self/task/../ns/net", "")]
    [InlineData(Call.OwnNamespace, "0")]
    [InlineData(Call.OwnNamespace, "false")]
    [InlineData(Call.OwnNamespace, "yes")]
    public void ADD_refuses_the_namespace_of_the_plugin_before_any_work(string netns, string mayUse)
    {
        var plugin = new RecordingPlugin();
        Call.Run(plugin, Call.Variables("ADD", ("CNI_NETNS", netns), ("CNI_NETNS_OVERRIDE", mayUse))).AssertError(
            CniErrorCode.InvalidNamespace, "plugin's netns and netns from CNI_NETNS should not be the same", netns);
        Assert.Empty(plugin.Calls);
    }

    // After a reboot the PID of /proc/PID/ns/net may belong to a process of the node, so the pod is gone.
    [Theory]
    [InlineData(Call.OwnNamespace, "")]
    [InlineData("/proc/self/task/../ns/net", "")]
    [InlineData(Call.OwnNamespace, "0")]
    public void DEL_treats_the_namespace_of_the_plugin_as_gone(string netns, string mayUse)
    {
        var plugin = new RecordingPlugin();
        Assert.Equal(0, Call.Run(plugin,
            Call.Variables("DEL", ("CNI_NETNS", netns), ("CNI_NETNS_OVERRIDE", mayUse), ("OTHER", "x"))).ExitCode);
        var request = Assert.Single(plugin.Calls).Request;
        Assert.Empty(request.Environment.NetworkNamespace);
        // An external IPAM plugin refuses a DEL in its own namespace as well.
        Assert.Equal("", request.Variables()["CNI_NETNS"]);
        Assert.Equal("x", request.Variables()["OTHER"]);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("True")]
    [InlineData("TRUE")]
    public void CNI_NETNS_OVERRIDE_allows_the_namespace_of_the_node(string mayUse)
    {
        var plugin = new RecordingPlugin();
        Assert.Equal(0, Call.Run(plugin,
            Call.Variables("DEL", ("CNI_NETNS", Call.OwnNamespace), ("CNI_NETNS_OVERRIDE", mayUse))).ExitCode);
        Assert.Equal(Call.OwnNamespace, Assert.Single(plugin.Calls).Request.Environment.NetworkNamespace);
    }

    [Fact]
    public void CHECK_accepts_the_namespace_of_the_plugin()
    {
        var plugin = new RecordingPlugin();
        Call.Run(plugin, Call.Variables("CHECK", ("CNI_NETNS", Call.OwnNamespace))).AssertSilentSuccess();
        Assert.Single(plugin.Calls);
    }

    // The plugin itself judges the path, and host-local never opens the namespace.
    [Theory]
    [InlineData("")]
    [InlineData("/no/such/namespace")]
    [InlineData("/etc/hostname")]
    [InlineData("/etc/hostname/ns")]
    [InlineData("/tmp")]
    [InlineData("/proc/self/ns/mnt")]
    public void A_path_that_is_not_a_namespace_is_left_to_the_plugin(string netns)
    {
        var plugin = new RecordingPlugin();
        Call.Run(plugin, Call.Variables("DEL", ("CNI_NETNS", netns))).AssertSilentSuccess();
        Assert.Equal(netns, Assert.Single(plugin.Calls).Request.Environment.NetworkNamespace);
    }
}
