using System.Globalization;
using System.Text;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Tests.Runtime;

public sealed class NetworkChainTests : IDisposable
{
    const string Netns = "/run/netns/pod1";

    readonly ScriptedPlugins _plugins = new("one", "two");

    public void Dispose() => _plugins.Dispose();

    NetworkChain Chain(string version = "1.0.0", string more = "", TextWriter? log = null) =>
        _plugins.Chain(log, version, more, "one", "two");

    CachedResult? Cached => _plugins.Cache.TryLoad(new Attachment("pods", "pod1", "eth0"));

    static string Fails(Action action) => Assert.Throws<RuntimeException>(action).Message;

    [Fact]
    public void ADD_passes_each_result_on_and_returns_the_last()
    {
        var result = Encoding.UTF8.GetString(Chain().Add("pod1", Netns, "eth0"));
        Assert.Equal("""{"cniVersion":"1.0.0","dns":{"domain":"two"}}""", result);
        Assert.Equal(["ADD one", "ADD two"], _plugins.Calls);
        Assert.Equal("""{"type":"one","key":"of one","cniVersion":"1.0.0","name":"pods"}""", _plugins.Input(0).ToJsonString());
        Assert.Equal("""{"cniVersion":"1.0.0","dns":{"domain":"one"}}""", _plugins.Input(1)["prevResult"]!.ToJsonString());
        Assert.Equal((result, Netns), (Encoding.UTF8.GetString(Cached!.Result), Cached.NetworkNamespace));
    }

    [Theory]
    [InlineData("ADD")]
    [InlineData("CHECK")]
    [InlineData("DEL")]
    public void A_plugin_gets_the_CNI_variables(string verb)
    {
        Chain().Add("pod1", Netns, "eth0");
        if (verb == "CHECK")
            Chain().Check("pod1", Netns, "eth0");
        if (verb == "DEL")
            Chain().Delete("pod1", Netns, "eth0");
        var environment = _plugins.Environment(_plugins.Calls.Length - 1);
        Assert.Empty(((string[])
        [
            "CNI_COMMAND=" + verb, "CNI_CONTAINERID=pod1", "CNI_NETNS=" + Netns, "CNI_IFNAME=eth0", "CNI_PATH=" + _plugins.Path,
        ]).Except(environment));
    }

    [Fact]
    public void DEL_runs_backwards_with_the_cached_result_and_deletes_it()
    {
        Chain().Add("pod1", Netns, "eth0");
        Chain().Delete("pod1", Netns, "eth0");
        Assert.Equal(["DEL two", "DEL one"], _plugins.Calls[2..]);
        foreach (var call in (int[])[2, 3])
            Assert.Equal("two", _plugins.Input(call)["prevResult"]!["dns"]!["domain"]!.GetValue<string>());
        Assert.Null(Cached);
    }

    [Fact]
    public void DEL_without_an_ADD_runs_without_a_result_and_repeated_DEL_succeeds()
    {
        for (var i = 0; i < 2; i++)
            Chain().Delete("pod1", "", "eth0");
        Assert.Equal(["DEL two", "DEL one", "DEL two", "DEL one"], _plugins.Calls);
        Assert.False(_plugins.Input(0).ContainsKey("prevResult"));
        Assert.Contains("CNI_NETNS=", _plugins.Environment(0));
    }

    [Theory]
    [InlineData("", Netns)]
    [InlineData("/another", "/another")]
    public void DEL_without_a_namespace_uses_that_of_ADD(string netns, string expected)
    {
        Chain().Add("pod1", Netns, "eth0");
        Chain().Delete("pod1", netns, "eth0");
        Assert.Contains("CNI_NETNS=" + expected, _plugins.Environment(2));
    }

    // Before 0.4.0 the specification knows no previous result on DEL.
    [Theory]
    [InlineData("0.3.1", false)]
    [InlineData("0.4.0", true)]
    [InlineData("1.1.0", true)]
    public void A_previous_result_has_the_version_of_the_list(string version, bool isGiven)
    {
        Chain().Add("pod1", Netns, "eth0");
        Chain(version).Delete("pod1", Netns, "eth0");
        Assert.Equal(isGiven, _plugins.Input(2).ContainsKey("prevResult"));
        Assert.Equal(isGiven ? version : null, _plugins.Input(2)["prevResult"]?["cniVersion"]!.GetValue<string>());
    }

    [Fact]
    public void A_failed_DEL_keeps_the_cached_result()
    {
        Chain().Add("pod1", Netns, "eth0");
        _plugins.Fail("two", "DEL");
        Assert.Equal("plugin two failed (del): it broke; and why", Fails(() => Chain().Delete("pod1", Netns, "eth0")));
        Assert.Equal(["ADD one", "ADD two", "DEL two", "DEL one"], _plugins.Calls);
        Assert.NotNull(Cached);
        _plugins.Succeed("two", "DEL");
        Chain().Delete("pod1", Netns, "eth0");
        Assert.Equal(["DEL two", "DEL one"], _plugins.Calls[4..]);
        Assert.Null(Cached);
    }

    [Fact]
    public void A_failure_of_the_second_plugin_runs_DEL_of_the_first()
    {
        _plugins.Fail("two", "ADD");
        Assert.Equal("plugin two failed (add): it broke; and why", Fails(() => Chain().Add("pod1", Netns, "eth0")));
        Assert.Equal(["ADD one", "ADD two", "DEL two", "DEL one"], _plugins.Calls);
        Assert.Null(Cached);
    }

    [Fact]
    public void A_cleanup_that_fails_is_logged_and_the_first_failure_reported()
    {
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        _plugins.Fail("two", "ADD");
        _plugins.Fail("two", "DEL", """{"code":5,"msg":"still broken"}""");
        Assert.Equal("plugin two failed (add): it broke; and why", Fails(() => Chain(log: log).Add("pod1", Netns, "eth0")));
        Assert.Equal("cleanup after the failure: plugin two failed (del): still broken\n", log.ToString());
    }

    [Fact]
    public void A_refused_second_ADD_keeps_the_first_attachment()
    {
        Chain().Add("pod1", Netns, "eth0");
        _plugins.Fail("one", "ADD");
        Fails(() => Chain().Add("pod1", Netns, "eth0"));
        Assert.Equal(["ADD one", "ADD two", "ADD one"], _plugins.Calls);
        Assert.NotNull(Cached);
    }

    [Theory]
    [InlineData("one", "")]
    [InlineData("one", "garbage")]
    [InlineData("two", "")]
    [InlineData("two", "{}{}")]
    [InlineData("one", """{"cniVersion":"9.9.9"}""")]
    [InlineData("two", """{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.5"}]}""")]
    [InlineData("two", """{"cniVersion":"1.0.0","routes":5}""")]
    public void An_ADD_without_a_printed_result_has_failed(string name, string output)
    {
        _plugins.Answer(name, "ADD", output);
        Assert.Contains(name, Fails(() => Chain().Add("pod1", Netns, "eth0")), StringComparison.Ordinal);
        Assert.Equal(["DEL two", "DEL one"], _plugins.Calls[^2..]);
        Assert.Null(Cached);
    }

    [Fact]
    public void An_ADD_whose_result_cannot_be_saved_leaves_nothing()
    {
        File.WriteAllText(_plugins.CachePath, "a file where a directory belongs");
        Assert.Throws<IOException>(() => Chain().Add("pod1", Netns, "eth0"));
        Assert.Equal(["ADD one", "ADD two", "DEL two", "DEL one"], _plugins.Calls);
    }

    [Fact]
    public void CHECK_runs_forward_with_the_cached_result()
    {
        Chain().Add("pod1", Netns, "eth0");
        Chain("0.4.0").Check("pod1", Netns, "eth0");
        Assert.Equal(["CHECK one", "CHECK two"], _plugins.Calls[2..]);
        foreach (var call in (int[])[2, 3])
            Assert.Equal("0.4.0", _plugins.Input(call)["prevResult"]!["cniVersion"]!.GetValue<string>());
        _plugins.Fail("one", "CHECK");
        Assert.Equal("plugin one failed (check): it broke; and why", Fails(() => Chain().Check("pod1", Netns, "eth0")));
    }

    [Fact]
    public void CHECK_needs_0_4_0_and_an_ADD_and_can_be_switched_off()
    {
        Assert.StartsWith("configuration version \"0.3.1\" does not support the CHECK command",
            Fails(() => Chain("0.3.1", "\"disableCheck\":true,").Check("pod1", Netns, "eth0")), StringComparison.Ordinal);
        Assert.StartsWith(
            "pod1 was not added to the network pods", Fails(() => Chain().Check("pod1", Netns, "eth0")), StringComparison.Ordinal);
        Chain(more: "\"disableCheck\":true,").Check("pod1", Netns, "eth0");
        Assert.Empty(_plugins.Calls);
    }

    [Theory]
    [InlineData("../pod1", "eth0", "invalid characters in containerID: ../pod1")]
    [InlineData("", "eth0", "invalid characters in containerID")]
    [InlineData("a/b", "eth0", "invalid characters in containerID: a/b")]
    [InlineData("pod1", "..", "interface name is . or ..")]
    [InlineData("pod1", "a/b", "interface name contains / or : or whitespace characters: a/b")]
    [InlineData("pod1", "sixteen-bytes---", "interface name is too long: interface name should be less than 16 characters")]
    public void Bad_names_are_refused_before_any_file_is_touched(string container, string interfaceName, string message)
    {
        foreach (var act in (Action[])[
            () => Chain().Add(container, Netns, interfaceName),
            () => Chain().Delete(container, Netns, interfaceName),
            () => Chain().Check(container, Netns, interfaceName)])
            Assert.Equal(message, Fails(act));
        Assert.Empty(_plugins.Calls);
        Assert.False(Directory.Exists(_plugins.CachePath));
    }
}
