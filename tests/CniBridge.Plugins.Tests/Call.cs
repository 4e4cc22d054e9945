using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Plugins.Host;
using CniBridge.Plugins.Operations;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests;

/// <summary>One call of a plugin as a runtime makes it, with variables and standard input.</summary>
static class Call
{
    /// <summary>A path at which nothing exists. The host accepts it, and each step that needs a namespace refuses it.</summary>
    internal const string NoNamespace = "/some/netns/path";

    /// <summary>The namespace of the test process, which every process may open.</summary>
    internal const string OwnNamespace = "/proc/self/ns/net";

    internal const string Config = """{"cniVersion":"1.1.0","name":"pods","type":"recording"}""";

    /// <summary>Returns complete variables. A change to "" has the effect of removing a variable.</summary>
    internal static Dictionary<string, string> Variables(
        string verb, params ReadOnlySpan<(string Name, string Value)> changes)
    {
        var variables = new Dictionary<string, string>
        {
            ["CNI_COMMAND"] = verb,
            ["CNI_CONTAINERID"] = "some-container-id",
            ["CNI_NETNS"] = NoNamespace,
            ["CNI_IFNAME"] = "eth0",
            ["CNI_PATH"] = "/some/bin/path",
        };
        foreach (var (name, value) in changes)
            variables[name] = value;
        return variables;
    }

    internal static Answer Run(
        IPlugin plugin, IReadOnlyDictionary<string, string> variables, string config = Config, OperationLog? operations = null) =>
        Run(plugin, variables, Encoding.UTF8.GetBytes(config), operations);

    internal static Answer Run(
        IPlugin plugin, IReadOnlyDictionary<string, string> variables, byte[] config, OperationLog? operations = null)
    {
        using var input = new MemoryStream(config);
        return Run(plugin, variables, input, operations);
    }

    internal static Answer Run(IPlugin plugin, IReadOnlyDictionary<string, string> variables, Stream input, OperationLog? operations = null)
    {
        using var output = new MemoryStream();
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var exitCode = new PluginHost(plugin, input, output, log) { Operations = operations }.Run(variables);
        return new Answer(exitCode, output.ToArray(), log.ToString());
    }
}

/// <summary>The answer of a call.</summary>
sealed record Answer(int ExitCode, byte[] Output, string Log)
{
    internal string Text => Encoding.UTF8.GetString(Output);

    /// <summary>The output as JSON. Fails unless it is exactly one document.</summary>
    internal JsonObject Json => JsonNode.Parse(Output)!.AsObject();

    internal int Code => Json["code"]!.GetValue<int>();
    internal string Message => Json["msg"]!.GetValue<string>();
    internal string Details => Json["details"]?.GetValue<string>() ?? "";

    /// <summary>Asserts exit code 1 and exactly one document with the three keys of an error.</summary>
    internal void AssertError(int code, string message, string? details = null)
    {
        AssertIsError();
        Assert.Equal((code, message), (Code, Message));
        if (details is not null)
            Assert.Equal(details, Details);
    }

    internal void AssertIsError()
    {
        Assert.Equal(1, ExitCode);
        Assert.Empty(Json.Select(pair => pair.Key).Except(["code", "msg", "details"]));
        Assert.NotEqual(0, Code);
        Assert.NotEmpty(Message);
    }

    internal void AssertSilentSuccess()
    {
        Assert.Equal("", Text);
        Assert.Equal(0, ExitCode);
    }
}
