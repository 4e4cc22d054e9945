using CniBridge.Plugins.Host;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests;

/// <summary>Tests of the verbs that reach the plugin, and of the order of the checks before.</summary>
public sealed class PluginHostTests
{
    [Theory]
    [InlineData("ADD", "0.3.0")]
    [InlineData("DEL", "0.1.0")]
    [InlineData("CHECK", "0.4.0")]
    public void A_verb_reaches_the_plugin_once_with_all_its_arguments(string verb, string version)
    {
        var plugin = new RecordingPlugin();
        var config = $$"""{"name":"skel-test","some":"config","cniVersion":"{{version}}"}""";
        var answer = Call.Run(plugin, Call.Variables(verb, ("CNI_ARGS", "some;extra;args")), config);

        Assert.Equal(0, answer.ExitCode);
        var (called, request) = Assert.Single(plugin.Calls);
        Assert.Equal(verb, called);
        Assert.Equal(("skel-test", version, config),
            (request.NetworkName, request.Version, System.Text.Encoding.UTF8.GetString(request.Config.Bytes)));
        Assert.Equal(new CniEnvironment
        {
            CommandName = verb,
            ContainerId = "some-container-id",
            NetworkNamespace = Call.NoNamespace,
            InterfaceName = "eth0",
            Args = "some;extra;args",
            Path = "/some/bin/path",
        }, request.Environment);
        Assert.Equal(new Attachment("skel-test", "some-container-id", "eth0"), request.Attachment);
    }

    [Theory]
    [InlineData("DEL")]
    [InlineData("CHECK")]
    [InlineData("GC")]
    [InlineData("STATUS")]
    public void Only_ADD_prints_a_result(string verb) =>
        Call.Run(new RecordingPlugin(), Call.Variables(verb)).AssertSilentSuccess();

    // The verb is checked last, so that a runtime that sends garbage gets the error about the garbage.
    [Theory]
    [InlineData("", CniErrorCode.DecodingFailure)]
    [InlineData("{", CniErrorCode.DecodingFailure)]
    [InlineData("{}", CniErrorCode.InvalidConfig)]
    [InlineData("""{"name":"te%%st"}""", CniErrorCode.InvalidConfig)]
    [InlineData("""{"name":"pods"}""", CniErrorCode.InvalidEnvironment)]
    [InlineData("""{"name":"pods","cniVersion":"9.9.9"}""", CniErrorCode.InvalidEnvironment)]
    public void An_unknown_verb_is_refused_after_the_configuration_was_read(string config, int code)
    {
        var plugin = new RecordingPlugin();
        var answer = Call.Run(plugin, Call.Variables("NOPE"), config);
        answer.AssertIsError();
        Assert.Equal(code, answer.Code);
        if (code == CniErrorCode.InvalidEnvironment)
            Assert.Equal("unknown CNI_COMMAND: NOPE", answer.Message);
        Assert.Empty(plugin.Calls);
    }

    [Theory]
    [InlineData("add")]
    [InlineData("Add")]
    [InlineData(" ADD")]
    [InlineData("ADD ")]
    [InlineData("ADD\n")]
    [InlineData("ADDDEL")]
    [InlineData("\ud800")]
    [InlineData("\0")]
    public void A_verb_with_another_spelling_is_refused(string verb)
    {
        var plugin = new RecordingPlugin();
        var answer = Call.Run(plugin, Call.Variables(verb));
        answer.AssertIsError();
        Assert.Equal(CniErrorCode.InvalidEnvironment, answer.Code);
        Assert.StartsWith("unknown CNI_COMMAND: ", answer.Message, StringComparison.Ordinal);
        Assert.Empty(plugin.Calls);
    }

    [Theory]
    [InlineData("""{}""", "missing network name", "")]
    [InlineData("""{"name":""}""", "missing network name", "")]
    [InlineData("""{"name":null}""", "missing network name", "")]
    [InlineData("""null""", "missing network name", null)]
    [InlineData("""{"name":"te%%st"}""", "invalid characters found in network name", "te%%st")]
    [InlineData("""{"name":"../x"}""", "invalid characters found in network name", "../x")]
    [InlineData("""{"name":"a\n"}""", "invalid characters found in network name", "a\n")]
    [InlineData("""{"name":"a\u0000b"}""", "invalid characters found in network name", "a\0b")]
    // The name is checked before the version.
    [InlineData("""{"name":"..","cniVersion":"9.9.9"}""", "invalid characters found in network name", "..")]
    public void A_network_without_a_name_is_refused(string config, string message, string? details)
    {
        var plugin = new RecordingPlugin();
        Call.Run(plugin, Call.Variables("ADD"), config).AssertError(CniErrorCode.InvalidConfig, message, details);
        Assert.Empty(plugin.Calls);
    }

    [Theory]
    [InlineData("""{"name":"pods"}""")]
    [InlineData("""{"name":"pods","cniVersion":""}""")]
    [InlineData("""{"name":"pods","cniVersion":null}""")]
    [InlineData("""{"NAME":"pods","CNIVERSION":"0.1.0"}""")]
    public void A_configuration_without_a_version_has_the_oldest_one(string config)
    {
        var plugin = new RecordingPlugin();
        Call.Run(plugin, Call.Variables("DEL"), config).AssertSilentSuccess();
        Assert.Equal("0.1.0", Assert.Single(plugin.Calls).Request.Version);
    }

    public static TheoryData<string> SupportedVersions => [.. CniVersion.Supported];

    [Theory]
    [MemberData(nameof(SupportedVersions))]
    public void Every_version_of_the_specification_is_accepted(string version)
    {
        var plugin = new RecordingPlugin();
        Call.Run(plugin, Call.Variables("DEL"), Versioned(version)).AssertSilentSuccess();
        Assert.Equal(version, Assert.Single(plugin.Calls).Request.Version);
    }

    // Versions are compared as text: "1.0" is the number 1.0.0 and is refused. ADD and DEL check nothing else, so that an invalid version
    // gets this error too.
    [Theory]
    [InlineData("9.9.9")]
    [InlineData("0.5.0")]
    [InlineData("0.0.1")]
    [InlineData("1.0")]
    [InlineData("1")]
    [InlineData("1.0.0 ")]
    [InlineData("v1.0.0")]
    [InlineData("1.0.0.0")]
    [InlineData("adsfsadf")]
    public void ADD_and_DEL_refuse_an_unknown_version_and_name_the_supported_ones(string version)
    {
        foreach (var verb in (string[])["ADD", "DEL"])
        {
            var plugin = new RecordingPlugin();
            Call.Run(plugin, Call.Variables(verb), Versioned(version)).AssertError(
                CniErrorCode.IncompatibleVersion, "incompatible CNI versions", $"config is \"{version}\", plugin supports " +
                """["0.1.0" "0.2.0" "0.3.0" "0.3.1" "0.4.0" "1.0.0" "1.1.0"]""");
            Assert.Empty(plugin.Calls);
        }
    }

    [Theory]
    [InlineData("CHECK", "0.3.1", 1, "config version does not allow CHECK")]
    [InlineData("CHECK", "", 1, "config version does not allow CHECK")]
    [InlineData("GC", "1.0.0", 1, "config version does not allow GC")]
    [InlineData("STATUS", "0.3.0", 1, "config version does not allow STATUS")]
    [InlineData("CHECK", "2.0.0", 1, null)]
    [InlineData("CHECK", "0.4", 1, null)]
    [InlineData("CHECK", "adsfsadf", 6, null)]
    [InlineData("CHECK", "1.0.0.0", 6, null)]
    [InlineData("GC", "a.b.c", 6, null)]
    public void A_verb_that_the_version_does_not_know_is_refused(string verb, string version, int code, string? message)
    {
        var plugin = new RecordingPlugin();
        var answer = Call.Run(plugin, Call.Variables(verb), Versioned(version));
        answer.AssertIsError();
        Assert.Equal(code, answer.Code);
        if (message is not null)
            Assert.Equal(message, answer.Message);
        Assert.Empty(plugin.Calls);
    }

    [Theory]
    [InlineData("""{"name":"pods","cniVersion":1}""", "cniVersion")]
    [InlineData("""{"name":5}""", "name")]
    [InlineData("""{"name":["pods"]}""", "name")]
    [InlineData("""{"name":{"a":1}}""", "name")]
    [InlineData("""{"name":true}""", "name")]
    public void A_header_of_the_wrong_type_is_a_decoding_failure_that_names_the_key(string config, string key)
    {
        var answer = Call.Run(new RecordingPlugin(), Call.Variables("ADD"), config);
        answer.AssertIsError();
        Assert.Equal(CniErrorCode.DecodingFailure, answer.Code);
        Assert.Contains($"key {key}:", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GC_and_STATUS_need_only_verb_and_path()
    {
        foreach (var verb in (string[])["GC", "STATUS"])
        {
            var plugin = new RecordingPlugin();
            var variables = new Dictionary<string, string> { ["CNI_COMMAND"] = verb, ["CNI_PATH"] = "/some/cni/path" };
            Call.Run(plugin, variables).AssertSilentSuccess();
            Assert.Equal((verb, "/some/cni/path"), (plugin.Calls[0].Verb, Assert.Single(plugin.Calls).Request.Environment.Path));
        }
    }

    [Fact]
    public void The_complete_environment_is_read_only_on_demand()
    {
        var plugin = new RecordingPlugin();
        var asked = 0;
        using var input = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Call.Config));
        using var output = new MemoryStream();
        var host = new PluginHost(plugin, input, output, TextWriter.Null);
        Assert.Equal(0, host.Run(Call.Variables("DEL"), () =>
        {
            asked++;
            return new Dictionary<string, string> { ["PATH"] = "/bin" };
        }));
        Assert.Equal(0, asked);
        Assert.Equal("/bin", Assert.Single(plugin.Calls).Request.Variables()["PATH"]);
        Assert.Equal(1, asked);
    }

    [Fact]
    public void The_default_environment_consists_of_the_CNI_variables()
    {
        var plugin = new RecordingPlugin();
        var variables = Call.Variables("DEL");
        Call.Run(plugin, variables).AssertSilentSuccess();
        Assert.Same(variables, Assert.Single(plugin.Calls).Request.Variables());
    }

    static string Versioned(string version) => $$"""{"name":"pods","cniVersion":"{{version}}"}""";

    // The older formats cannot express a result without an address, although the plugin made the attachment.
    [Fact]
    public void An_ADD_whose_result_cannot_be_converted_is_undone()
    {
        var plugin = new RecordingPlugin();
        Call.Run(plugin, Call.Variables("ADD"), """{"cniVersion":"0.2.0","name":"pods"}""")
            .AssertError(7, "cannot convert: no valid IP addresses");
        Assert.Equal(["ADD", "DEL"], plugin.Calls.Select(call => call.Verb));
    }
}
