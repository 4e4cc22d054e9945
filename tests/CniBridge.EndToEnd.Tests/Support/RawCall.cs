using System.Text;
using System.Text.Json.Nodes;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>A call of a plugin with any environment and any bytes on its input.</summary>
sealed record RawCall
{
    public required Node Node { get; init; }

    public string Plugin { get; init; } = "bridge";

    public required byte[] Input { get; init; }

    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>A program with its arguments that runs the plugin.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>Redirections of the plugin's other streams in the form of the shell.</summary>
    public string Redirections { get; init; } = "";

    /// <summary>Returns a well-formed call for the container "container-NAME" with the namespace NAME.</summary>
    public static RawCall Of(Node node, string command, string configuration, string pod = "pod") => new()
    {
        Node = node,
        Input = Encoding.UTF8.GetBytes(configuration),
        Variables = new Dictionary<string, string>
        {
            ["CNI_COMMAND"] = command,
            ["CNI_CONTAINERID"] = $"container-{pod}",
            ["CNI_NETNS"] = $"/run/netns/{pod}",
            ["CNI_IFNAME"] = "eth0",
            ["CNI_PATH"] = "/opt/cni/bin",
        },
    };

    /// <summary>Returns the same call with one variable changed. Null removes it.</summary>
    public RawCall With(string name, string? value)
    {
        var variables = new Dictionary<string, string>(Variables);
        variables.Remove(name);
        if (value is not null)
        {
            variables[name] = value;
        }

        return this with { Variables = variables };
    }

    public RawCall WithInput(string text) => this with { Input = Encoding.UTF8.GetBytes(text) };

    /// <summary>Returns the same call with a result of ADD in its configuration.</summary>
    public RawCall WithPrevious(CommandResult add)
    {
        var configuration = JsonNode.Parse(Input)!.AsObject();
        configuration["prevResult"] = JsonNode.Parse(add.Stdout);
        return WithInput(configuration.ToJsonString());
    }

    /// <summary>Runs the plugin in the node. After 80 seconds, before its own deadline, it is ended with exit code 124.</summary>
    public CommandResult Run()
    {
        const string input = $"{Lab.Node.Directory}/input";
        Node.WriteFile(input, Input);
        var program = Path.Combine(PluginDirectory.UnderTest, Plugin);
        var script = $"exec \"$@\" < {input} {Redirections}";
        return Node.Run("sh", ["-c", script, "sh", "timeout", "80", .. Wrapper, program], "", Variables);
    }

    public CommandResult Succeed() => Run().Succeeded();

    /// <summary>Asserts exit code 1 and exactly one JSON error object with this code on standard output.</summary>
    public string Fail(int code, params string[] words) => Fail(actual => actual == code, $"{code}", words);

    /// <summary>Asserts the same with any code but 0, for calls whose first failure may vary.</summary>
    public string FailSomehow(params string[] words) => Fail(actual => actual > 0, "of an error", words);

    string Fail(Predicate<int> isExpected, string expected, string[] words)
    {
        var result = Run();
        Assert.True(result.ExitCode == 1, $"expected exit code 1: {result}");
        var error = JsonNode.Parse(result.Stdout)!.AsObject();
        Assert.True(isExpected(error["code"]!.GetValue<int>()), $"expected a code {expected}: {result}");
        var message = error["msg"]!.GetValue<string>();
        Assert.NotEmpty(message);
        Assert.All(error, item => Assert.Contains(item.Key, new[] { "code", "msg", "details" }));
        Assert.All(words, word => Assert.Contains(word, $"{message} {error["details"]}", StringComparison.Ordinal));
        return $"{message} {error["details"]}";
    }
}
