using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests;

/// <summary>The plugin's own namespace is refused before anything is done in it.</summary>
public sealed class PluginHostNamespaceTests
{
    [Theory]
    [InlineData("ADD", Call.OwnNamespace, "")]
    [InlineData("DEL", Call.OwnNamespace, "")]
    [InlineData("ADD", "/proc/thread-self/ns/net", "")]
    [InlineData("DEL", "/proc/self/task/../ns/net", "")]
    [InlineData("ADD", Call.OwnNamespace, "0")]
    [InlineData("ADD", Call.OwnNamespace, "false")]
    [InlineData("ADD", Call.OwnNamespace, "yes")]
    public void ADD_and_DEL_refuse_the_plugins_own_namespace_before_any_work(string verb, string netns, string mayUse)
    {
        var plugin = new RecordingPlugin();
        Call.Run(plugin, Call.Variables(verb, ("CNI_NETNS", netns), ("CNI_NETNS_OVERRIDE", mayUse))).AssertError(
            CniErrorCode.InvalidNamespace, "plugin's netns and netns from CNI_NETNS should not be the same", netns);
        Assert.Empty(plugin.Calls);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("True")]
    [InlineData("TRUE")]
    public void Who_knows_what_it_does_may_name_the_own_namespace(string mayUse)
    {
        var plugin = new RecordingPlugin();
        Assert.Equal(0, Call.Run(plugin,
            Call.Variables("DEL", ("CNI_NETNS", Call.OwnNamespace), ("CNI_NETNS_OVERRIDE", mayUse))).ExitCode);
        Assert.Single(plugin.Calls);
    }

    [Fact]
    public void CHECK_changes_nothing_and_may_look_anywhere()
    {
        var plugin = new RecordingPlugin();
        Call.Run(plugin, Call.Variables("CHECK", ("CNI_NETNS", Call.OwnNamespace))).AssertSilentSuccess();
        Assert.Single(plugin.Calls);
    }

    // What lies at the path is the plugin's matter: host-local never opens the namespace at all.
    [Theory]
    [InlineData("")]
    [InlineData("/no/such/namespace")]
    [InlineData("/etc/hostname")]
    [InlineData("/etc/hostname/ns")]
    [InlineData("/tmp")]
    [InlineData("/proc/self/ns/mnt")]
    public void A_path_that_is_no_namespace_is_left_to_the_plugin(string netns)
    {
        var plugin = new RecordingPlugin();
        Call.Run(plugin, Call.Variables("DEL", ("CNI_NETNS", netns))).AssertSilentSuccess();
        Assert.Equal(netns, Assert.Single(plugin.Calls).Request.Environment.NetworkNamespace);
    }
}
