using System.Globalization;
using System.Text;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Host;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Tests.Delegation;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of the bridge plugin without changes on the node: its IPAM plugin and the input of that plugin.</summary>
[Collection(Scripts.Collection)]
public sealed class BridgePluginTests : IDisposable
{
    readonly Scripts _scripts = new();

    public void Dispose() => _scripts.Dispose();

    static string Config(string ipam) => $$"""{"cniVersion":"1.1.0","name":"pods","type":"bridge","bridge":"br-none"{{ipam}}}""";

    string ConfigOf(string type) => Config(type.Length == 0 ? "" : $$"""
        ,"ipam":{"type":"{{type}}","subnet":"10.0.0.0/24","dataDir":"{{_scripts["data"]}}","stateDir":"{{_scripts["state"]}}"}
        """);

    Answer Run(string verb, string config, string args = "", string netns = Call.NoNamespace)
    {
        var variables = Call.Variables(verb, ("CNI_ARGS", args), ("CNI_NETNS", netns), ("CNI_PATH", _scripts["bin"]));
        var all = new Dictionary<string, string>(variables) { ["PATH"] = "/usr/bin:/bin", ["DEBUG"] = "yes" };
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(config));
        using var output = new MemoryStream();
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var exitCode = new PluginHost(new BridgePlugin(), input, output, log).Run(variables, () => all);
        return new Answer(exitCode, output.ToArray(), log.ToString());
    }

    // An ADD with a valid configuration fails at the missing namespace.
    const string Fine = "failed to open netns";

    [Theory]
    [InlineData("", "MAC=02:00:00:00:00:0a;IP=10.0.0.5", Fine)]
    [InlineData("host-local", "MAC=02:00:00:00:00:0a;IP=10.0.0.5", Fine)]
    [InlineData("static", "MAC=02:00:00:00:00:0a;IP=10.0.0.5", Fine)]
    [InlineData("static", "GATEWAY=10.0.0.1;IP=10.0.0.5/24", Fine)]
    [InlineData("", "GATEWAY=10.0.0.1", "ARGS: unknown args [\"GATEWAY=10.0.0.1\"]")]
    [InlineData("host-local", "GATEWAY=10.0.0.1", "ARGS: unknown args [\"GATEWAY=10.0.0.1\"]")]
    [InlineData("host-local", "IgnoreUnknown=1;GATEWAY=10.0.0.1", Fine)]
    [InlineData("static", "SUBNET=10.0.0.0", "ARGS: unknown args [\"SUBNET=10.0.0.0\"]")]
    [InlineData("static", "gateway=10.0.0.1", "ARGS: unknown args [\"gateway=10.0.0.1\"]")]
    public void GATEWAY_is_accepted_only_with_another_IPAM_plugin(string type, string args, string message)
    {
        _scripts.AddNoting("bin/static");
        var answer = Run("ADD", ConfigOf(type), args);
        answer.AssertIsError();
        Assert.Empty(_scripts.Verbs);
        Assert.Equal(CniErrorCode.InvalidEnvironment, answer.Code);
        Assert.StartsWith(message, answer.Message, StringComparison.Ordinal);
    }

    // The name is the same within the bridge and as a separate plugin.
    [Fact]
    public void host_local_is_recognized_by_its_exact_name() => Run("CHECK", ConfigOf("Host-Local"), netns: Call.OwnNamespace)
        .AssertError(CniErrorCode.Internal, $"failed to find plugin \"Host-Local\" in path [{_scripts["bin"]}]");

    [Fact]
    public void CHECK_of_the_IPAM_plugin_runs_before_all_other_checks()
    {
        _scripts.Add("bin/static", """echo '{"code":100,"msg":"no lease","details":"ask the daemon"}'; exit 1""");
        Run("CHECK", ConfigOf("static"), netns: Call.OwnNamespace).AssertError(100, "no lease", "ask the daemon");
        _scripts.AddNoting("bin/static");
        Run("CHECK", ConfigOf("static"), netns: Call.OwnNamespace).AssertError(CniErrorCode.Internal, "Required prevResult missing");
        Assert.Equal(["CHECK"], _scripts.Verbs);
    }

    [Fact]
    public void DEL_is_passed_on_with_input_and_environment()
    {
        _scripts.Add("bin/static", "cat > DIR/input; echo $CNI_COMMAND $CNI_IFNAME $DEBUG > DIR/variables; echo done >&2");
        var answer = Run("DEL", ConfigOf("static"));
        answer.AssertSilentSuccess();
        Assert.Equal("done\n", answer.Log);
        Assert.Equal(ConfigOf("static"), File.ReadAllText(_scripts["input"]));
        Assert.Equal("DEL eth0 yes\n", File.ReadAllText(_scripts["variables"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","ipam":{}""")]
    [InlineData(""","ipam":{"type":""}""")]
    [InlineData(""","ipam":{"type":"host-local","dataDir":"/no/such"}""")]
    public void DEL_without_a_delegated_IPAM_plugin_runs_no_program(string ipam) => Run("DEL", Config(ipam)).AssertSilentSuccess();

    [Fact]
    public void DEL_reports_a_missing_IPAM_plugin() => Run("DEL", ConfigOf("static"))
        .AssertError(CniErrorCode.Internal, $"failed to find plugin \"static\" in path [{_scripts["bin"]}]", "ipam.type, CNI_PATH");
}
