using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.Tests.Bridge;
using CniBridge.Plugins.Tests.Protocol;

namespace CniBridge.Plugins.Tests.Delegation;

/// <summary>Tests of an external IPAM plugin: its answers, and the cases in which it gets DEL.</summary>
[Collection(Scripts.Collection)]
public sealed class DelegatedAddressesTests : IDisposable
{
    const string Simple = """echo '{"ips":[{"address":"10.0.0.5/24","gateway":"10.0.0.1"}]}'""";
    const string Failing = """echo '{"code":100,"msg":"no lease","details":"ask the daemon"}'; exit 1""";

    readonly Scripts _scripts = new();

    public void Dispose() => _scripts.Dispose();

    DelegatedAddresses Addresses(CniRequest? request = null) => new("static", request ?? _scripts.Request());

    CniResult Allocate(string version = "1.1.0")
    {
        using var undo = new Rollback(TextWriter.Null);
        var result = Addresses(_scripts.Request() with { Version = version }).Allocate(undo);
        undo.Cancel();
        return result;
    }

    void Answer(string output)
    {
        _scripts.AddFile("answer", output);
        _scripts.AddNoting("bin/static", "cat DIR/answer");
    }

    public static TheoryData<string> Versions => [.. CniVersion.Supported];

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_result_of_any_version_is_understood(string version)
    {
        Answer(Encoding.UTF8.GetString(ExpectedResults.Bytes(version, "dualStack")));
        var left = !CniVersion.HasInterfaces(version) ? "fromOldest" : CniVersion.IsAtLeast(version, "1.0.0") ? "dualStack" : "fromMiddle";
        ExpectedResults.AssertEqual(ExpectedResults.Get("1.1.0", left), CniResultWriter.Write(Allocate(), "1.1.0"));
    }

    [Theory]
    [InlineData("1.1.0", """{"ips":[{"address":"10.0.0.5/24","gateway":"10.0.0.1"}]}""")]
    [InlineData("0.4.0", """{"cniVersion":"","ips":[{"version":"4","address":"10.0.0.5/24","gateway":"10.0.0.1"}]}""")]
    [InlineData("0.2.0", """{"cniVersion":null,"ip4":{"ip":"10.0.0.5/24","gateway":"10.0.0.1"}}""")]
    [InlineData("1.0.0", """{"IPS":[{"Address":"10.0.0.5/24","Gateway":"10.0.0.1"}],"future":1}""")]
    public void A_result_without_a_version_has_the_version_of_the_request(string version, string output)
    {
        Answer(output);
        var ip = Assert.Single(Allocate(version).Ips);
        Assert.Equal(("10.0.0.5/24", "10.0.0.1"), (ip.Address.ToString(), ip.Gateway?.ToString()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"ips":[]}""")]
    [InlineData("""{"ips":null,"routes":[{"dst":"0.0.0.0/0"}]}""")]
    [InlineData("""{"cniVersion":"0.2.0","dns":{}}""")]
    [InlineData("""{"cniVersion":"0.2.0","ips":[{"address":"10.0.0.5/24"}]}""")]
    [InlineData("""{"ip4":{"ip":"10.0.0.5/24"}}""")]
    public void A_result_without_addresses_is_refused(string output)
    {
        Answer(output);
        var failure = Assert.Throws<CniException>(() => Allocate());
        Assert.Equal((CniErrorCode.Internal, "IPAM plugin returned missing IP config", "ipam.type = static"),
            (failure.Code, failure.Message, failure.Details));
        Assert.Equal(["ADD", "DEL"], _scripts.Verbs);
    }

    [Theory]
    [InlineData("", "error unmarshall result")]
    [InlineData("garbage", "error unmarshall result")]
    [InlineData("[]", "error unmarshall result: expected an object")]
    [InlineData("{\"ips\":[{\"address\":\"10.0.0.5/24\"}]}\n{}", "error unmarshall result")]
    [InlineData("""{"ips":[{"address":5}]}""", "key ips[0].address")]
    [InlineData("""{"ips":[{"address":"10.0.0.5"}]}""", "result.ips[0].address = 10.0.0.5")]
    [InlineData("""{"ips":[{"address":"10.0.0.5/24","gateway":"x"}]}""", "result.ips[0].gateway = x")]
    [InlineData("""{"cniVersion":"0.2.0","ip4":{"ip":"10.0.0.5/24","routes":[{"dst":"x"}]}}""", "result.ip4.routes[0].dst = x")]
    [InlineData("""{"cniVersion":"2.0.0","ips":[{"address":"10.0.0.5/24"}]}""", "unsupported CNI result version \"2.0.0\"")]
    public void The_error_for_an_unreadable_result_names_the_IPAM_plugin(string output, string words)
    {
        Answer(output);
        Requests.AssertRefused(CniErrorCode.DecodingFailure, () => Allocate(),
            "could not parse the result of the IPAM plugin static: ", words);
        Assert.Equal(["ADD", "DEL"], _scripts.Verbs);
    }

    [Fact]
    public void The_IPAM_plugin_gets_DEL_only_when_ADD_is_undone()
    {
        _scripts.AddNoting("bin/static", Simple);
        Allocate();
        Assert.Equal(["ADD"], _scripts.Verbs);
        using (var undo = new Rollback(TextWriter.Null))
            Addresses().Allocate(undo);
        Assert.Equal(["ADD", "ADD", "DEL"], _scripts.Verbs);
    }

    // The plugin may have failed after some of its steps.
    [Fact]
    public void After_a_failed_ADD_the_plugin_gets_DEL_and_its_error_is_returned()
    {
        _scripts.AddNoting("bin/static", Failing);
        var failure = Assert.Throws<CniException>(() => Allocate());
        Assert.Equal((100, "no lease", "ask the daemon"), (failure.Code, failure.Message, failure.Details));
        Assert.Equal(["ADD", "DEL"], _scripts.Verbs);
    }

    [Fact]
    public void A_failed_DEL_after_a_failed_ADD_is_logged()
    {
        _scripts.Add("bin/static", "echo $CNI_COMMAND failed >&2; exit 1");
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var failure = Assert.Throws<CniException>(() =>
        {
            using var undo = new Rollback(log);
            Addresses(_scripts.Request(log: log)).Allocate(undo);
        });
        Assert.Equal("netplugin failed: \"ADD failed\"", failure.Message);
        Assert.Equal("ADD failed\nDEL failed\nrollback: could not undo the addresses of static: netplugin failed: \"DEL failed\"\n",
            log.ToString());
    }

    static readonly Dictionary<string, Action<IAddressManager>> s_verbs = new()
    {
        ["DEL"] = addresses => addresses.Release(),
        ["CHECK"] = addresses => addresses.Check(),
        ["GC"] = addresses => addresses.CollectGarbage(areLinksGone: true),
        ["STATUS"] = addresses => addresses.ReportStatus(),
    };

    [Theory]
    [InlineData("DEL")]
    [InlineData("CHECK")]
    [InlineData("GC")]
    [InlineData("STATUS")]
    public void The_IPAM_plugin_gets_every_other_verb_and_its_failure_is_reported(string verb)
    {
        _scripts.AddNoting("bin/static");
        s_verbs[verb](Addresses());
        Assert.Equal([verb], _scripts.Verbs);
        _scripts.Add("bin/static", Failing);
        Requests.AssertRefused(100, () => s_verbs[verb](Addresses()), "no lease");
    }

    // These verbs have no answer, so a result or other output is ignored.
    [Fact]
    public void Unexpected_output_is_ignored()
    {
        _scripts.Add("bin/static", "echo hello");
        foreach (var call in s_verbs.Values)
            call(Addresses());
    }

    [Fact]
    public void A_delegated_IPAM_plugin_needs_the_interface_and_its_addresses_are_unknown()
    {
        var addresses = Addresses();
        Assert.True(addresses.NeedsInterface);
        Assert.False(addresses.ServesIPv6);
        Assert.Empty(addresses.LastServed);
        Assert.Empty(addresses.ListUsers());
        Assert.Empty(_scripts.Verbs);
    }

    [Fact]
    public void ADD_looks_for_the_IPAM_plugin_before_it_runs_it()
    {
        var request = _scripts.Request();
        Requests.AssertRefused(CniErrorCode.Internal, () => DelegatedAddresses.ForAdd("static", request), "failed to find plugin");
        Requests.AssertRefused(CniErrorCode.Internal, () => DelegatedAddresses.ForAdd("../x", request), "invalid plugin name");
        _scripts.AddNoting("bin/static", Simple);
        var addresses = DelegatedAddresses.ForAdd("static", request);
        Assert.Empty(_scripts.Verbs);
        addresses.Check();
        Assert.Equal(["CHECK"], _scripts.Verbs);
    }

    static readonly BridgeConfig s_bridge = new() { Bridge = "cni0", IsGateway = true, IpamType = "static" };

    [Fact]
    public void ADD_releases_delegated_addresses_if_a_later_step_fails()
    {
        _scripts.AddNoting("bin/static", Simple);
        var request = _scripts.Request();
        var node = new FakeNode();
        var result = new BridgeAdd(request, s_bridge, Addresses(request), node).Run();
        Assert.Equal("10.0.0.5/24", Assert.Single(result.Ips).Address.ToString());
        Assert.Equal(["ADD"], _scripts.Verbs);

        node = new FakeNode { Failing = { "configure pod" } };
        Assert.Throws<KernelException>(() => new BridgeAdd(request, s_bridge, Addresses(request), node).Run());
        Assert.Equal(["ADD", "ADD", "DEL"], _scripts.Verbs);
        Assert.Equal("undo: delete veth", node.Calls[^1]);
    }

    [Fact]
    public void ADD_with_a_failed_IPAM_plugin_leaves_no_veth_pair()
    {
        _scripts.AddNoting("bin/static", Failing);
        var request = _scripts.Request();
        var node = new FakeNode();
        Requests.AssertRefused(100, () => new BridgeAdd(request, s_bridge, Addresses(request), node).Run(), "no lease");
        Assert.Equal(["ADD", "DEL"], _scripts.Verbs);
        Assert.Equal(["find bridge", "create bridge", "prepare bridge", "create veth", "watch port", "undo: delete veth"], node.Calls);
    }

    // The plugin itself decides about an address that may be in use.
    [Fact]
    public void The_IPAM_plugin_gets_GC_even_if_links_could_not_be_deleted()
    {
        _scripts.AddNoting("bin/static");
        var request = _scripts.Request(config: """{"cni.dev/valid-attachments":[]}""");
        Requests.AssertRefused(CniErrorCode.IoFailure, () => new BridgeGarbage(
            request, false, Addresses(request), new FakeNode { Failing = { "host links of pods" } }).Run(), "could not host links of pods");
        Assert.Equal(["GC"], _scripts.Verbs);
    }

    [Fact]
    public void A_failed_GC_of_the_IPAM_plugin_is_reported_with_its_details()
    {
        _scripts.Add("bin/static", Failing);
        var request = _scripts.Request(config: """{"cni.dev/valid-attachments":[]}""");
        Requests.AssertRefused(CniErrorCode.IoFailure, () => new BridgeGarbage(request, false, Addresses(request), new FakeNode()).Run(),
            "GC is not complete: no lease (ask the daemon)");
    }
}
