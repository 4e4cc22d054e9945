using System.Text;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of the log of plugin calls and of cni-bridge log.</summary>
public sealed class LogTests
{
    const string LogFile = "/var/lib/cni-bridge/operations.log";
    const int MaxBytes = 1 << 20;

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    static JsonElement[] Operations(ScratchNode node, params string[] arguments) =>
        [.. node.Run(Program, ["log", "--output", "json", .. arguments]).Succeeded().Json.GetProperty("operations").EnumerateArray()];

    [Fact]
    public void Each_call_is_logged_with_attachment_result_phases_and_trace()
    {
        using var node = NewNode();
        const string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var call = RawCall.Of(node, "ADD", Configurations.Plain)
            .With("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0").With("TRACEPARENT", trace);
        var address = call.Succeed().Json.GetProperty("ips")[0].GetProperty("address").GetString();
        RawCall.Of(node, "ADD", Configurations.Plain).Fail(999, "duplicate allocation is not allowed");
        RawCall.Of(node, "STATUS", Configurations.Plain.Replace("\"1.0.0\"", "\"1.1.0\"", StringComparison.Ordinal)).Succeed();
        RawCall.Of(node, "DEL", Configurations.Plain).Succeed();

        var found = Operations(node);

        Assert.Equal(["ADD", "ADD", "DEL"], found.Select(one => one.GetProperty("verb").GetString()));
        var add = found[0];
        Assert.Equal(
            ("bridge", "podnet", "container-pod", "eth0", "/run/netns/pod", "shop/web-0", trace),
            (Text(add, "plugin"), Text(add, "network"), Text(add, "containerId"), Text(add, "ifName"), Text(add, "netns"), Text(add, "pod"),
                Text(add, "trace")));
        Assert.Contains(address, add.GetProperty("addresses").EnumerateArray().Select(one => one.GetString()));
        var phases = add.GetProperty("phases").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetInt64());
        Assert.All((string[])["configuration", "addresses", "link", "pod", "gateway"], phase => Assert.Contains(phase, phases.Keys));
        Assert.InRange(phases.Values.Sum(), 1, add.GetProperty("microseconds").GetInt64());
        Assert.False(add.TryGetProperty("error", out _));
        Assert.Equal(999, found[1].GetProperty("code").GetInt32());
        Assert.Contains("duplicate allocation", Text(found[1], "error"), StringComparison.Ordinal);
        Assert.Equal(["ADD"], Operations(node, "--failed").Select(one => Text(one, "verb")));
        Assert.Equal(["DEL"], Operations(node, "--last", "1").Select(one => Text(one, "verb")));
        Assert.Empty(Operations(node, "--container", "other"));

        static string? Text(JsonElement one, string name) => one.GetProperty(name).GetString();
    }

    [Fact]
    public void The_text_output_shows_one_line_per_call_and_durations()
    {
        using var node = NewNode();
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        RawCall.Of(node, "ADD", "{").Fail(6, "");

        var lines = node.Run(Program, "log").Succeeded().Stdout.Split('\n');
        Assert.Matches("^TIME +VERB +PLUGIN +NETWORK +CONTAINER +INTERFACE +POD +MS +RESULT$", lines[0]);
        Assert.Matches("^[0-9-]+ [0-9:.]+Z +ADD +bridge +podnet +container-pod +eth0 +- +[0-9.]+ +10.88.0.2/24 ", lines[1]);
        Assert.Matches(" error 6: ", lines[2]);
        var times = node.Run(Program, "log", "--timing").Succeeded().Stdout;
        Assert.Matches("(?m)^bridge +ADD +addresses +1 +[0-9.]+ +[0-9.]+$", times);
        Assert.Matches("(?m)^bridge +ADD +all +1 +[0-9.]+ +[0-9.]+$", times);
        Assert.Equal("no operations\n", node.Run(Program, "log", "--file", "/run/none").Succeeded().Stdout);
    }

    [Fact]
    public void Untrusted_text_is_escaped_in_the_log()
    {
        using var node = NewNode();
        RawCall.Of(node, "ADD", Configurations.With("""{"mtu": "\u001b[2J\nADD"}"""))
            .With("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=a;K8S_POD_NAME=b\u001b[2J").Fail(6, "mtu");
        var lines = node.Run(Program, "log").Succeeded().Stdout.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.DoesNotContain('\u001b', string.Concat(lines));
        Assert.Matches(" eth0 +- +[0-9.]+ +error 6: .*mtu", lines[1]);
    }

    [Fact]
    public void The_log_level_debug_prints_the_same_on_standard_error()
    {
        using var node = NewNode();
        var config = Configurations.Plain.Replace(
            "\"type\": \"bridge\"", "\"type\": \"bridge\", \"logLevel\": \"debug\"", StringComparison.Ordinal);
        Assert.NotEqual(Configurations.Plain, config);

        var line = RawCall.Of(node, "ADD", config).Succeed().Stderr;

        Assert.Equal("ADD", JsonDocument.Parse(line).RootElement.GetProperty("verb").GetString());
        var wrong = config.Replace("debug", "loud", StringComparison.Ordinal);
        RawCall.Of(node, "CHECK", wrong).Fail(7, "logLevel", "loud");
        RawCall.Of(node, "DEL", wrong).Succeed();
    }

    // The log cannot fill the disk: old lines are removed. Concurrent writers never mix their lines.
    [Fact]
    public void The_log_stays_below_its_limit_with_complete_lines()
    {
        using var node = NewNode();
        var line = Encoding.ASCII.GetBytes(
            $$"""{"time":"2026-01-02T03:04:05Z","verb":"ADD","plugin":"old","error":"{{new string('x', 300)}}","code":1}""" + "\n");
        node.WriteFile(LogFile, [.. Enumerable.Repeat(line, MaxBytes * 7 / 16 / line.Length).SelectMany(bytes => bytes)]);
        var script = "for i in $(seq 25); do for j in 1 2 3 4; do CNI_COMMAND=ADD CNI_CONTAINERID=c$i-$j CNI_NETNS=/run/none " +
            "CNI_IFNAME=eth0 CNI_PATH=/ " +
            $"{Shell.Quote(PluginDirectory.UnderTest)}/bridge < /run/node/config > /dev/null & done; wait; done";
        node.WriteFile("/run/node/config", Configurations.Plain);

        node.Run("sh", "-c", script).Succeeded();

        var found = Operations(node, "--last", "100");
        Assert.Equal(
            Enumerable.Range(1, 25).SelectMany(i => Enumerable.Range(1, 4).Select(j => $"c{i}-{j}")).Order(),
            found.Select(one => one.GetProperty("containerId").GetString()!).Order());
        Assert.Contains("operations.log.1", node.Files("/var/lib/cni-bridge"));
        var size = new FileInfo(node.FromOutside(LogFile)).Length + new FileInfo(node.FromOutside(LogFile + ".1")).Length;
        Assert.InRange(size, 1, MaxBytes);
    }

    [Fact]
    public void A_call_succeeds_even_if_its_log_cannot_be_written()
    {
        using var node = NewNode();
        node.Run("mkdir", "-p", LogFile).Succeeded();

        var result = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();

        Assert.Empty(result.Stderr);
        node.AssertPodReaches("pod", "10.88.0.1");
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
