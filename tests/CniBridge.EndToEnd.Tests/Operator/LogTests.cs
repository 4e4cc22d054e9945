using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
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

        var lines = node.Run(Program, "log", "--wide").Succeeded().Stdout.Split('\n');
        Assert.Matches("^TIME +VERB +PLUGIN +NETWORK +CONTAINER +INTERFACE +POD +MS +RESULT$", lines[0]);
        Assert.Matches("^[0-9-]+ [0-9:.]+Z +ADD +bridge +podnet +container-pod +eth0 +- +[0-9.]+ +10.88.0.2/24 ", lines[1]);
        Assert.Matches(" error 6: ", lines[2]);
        var shorter = node.Run(Program, "log").Succeeded().Stdout.Split('\n');
        Assert.Matches("^AGE  VERB  PLUGIN  POD +MS  RESULT$", shorter[0]);
        Assert.Matches("^[0-9ms]+ +ADD +bridge +container-pod +[0-9.]+  10.88.0.2/24 ", shorter[1]);
        Assert.All(shorter, line => Assert.InRange(line.Length, 0, 80));
        Assert.Equal(shorter[0].IndexOf("MS", StringComparison.Ordinal) + 2, Regex.Match(shorter[1], "[0-9]  10.88").Index + 1);
        var times = node.Run(Program, "log", "--timing").Succeeded().Stdout;
        Assert.Matches("(?m)^bridge +ADD +addresses +1 +[0-9.]+ +[0-9.]+$", times);
        Assert.Matches("(?m)^bridge +ADD +all +1 +[0-9.]+ +[0-9.]+$", times);
        Assert.Equal("no operations\n", node.Run(Program, "log", "--file", "/run/none").Succeeded().Stdout);
    }

    static string Line(string time, string container, string pod) =>
        $$"""{"time":"{{time}}","verb":"ADD","plugin":"bridge","containerId":"{{container}}","pod":"{{pod}}","microseconds":1}""" + "\n";

    static string AgoOf(TimeSpan age) => (DateTimeOffset.UtcNow - age).UtcDateTime.ToString("O");

    [Theory]
    [InlineData("--pod shop/web", "old new")]
    [InlineData("--pod web", "old other new")]
    [InlineData("--pod eb", "")]
    [InlineData("--since 1h", "new")]
    [InlineData("--since 3d", "other new")]
    [InlineData("--since 2026-01-02T00:00:00Z", "old other new")]
    [InlineData("--since 2026-01-02T10:00:00+09:00", "old other new")]
    [InlineData("--since 2026-01-02", "old other new")]
    [InlineData("--since 2026-01-03", "other new")]
    [InlineData("--since 1d --pod shop/web --last 5", "new")]
    public void Operations_are_selected_by_pod_and_time(string options, string containers)
    {
        using var node = NewNode();
        node.WriteFile(LogFile, Line("2026-01-02T03:04:05Z", "old", "shop/web") + Line(AgoOf(TimeSpan.FromDays(2)), "other", "test/web") +
            Line(AgoOf(TimeSpan.Zero), "new", "shop/web"));

        Assert.Equal(
            containers.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Operations(node, options.Split(' ')).Select(one => one.GetProperty("containerId").GetString()!));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("10")]
    [InlineData("-5m")]
    [InlineData("1w")]
    [InlineData("999999d")]
    public void The_error_for_an_invalid_time_names_the_value(string value)
    {
        using var node = NewNode();
        var result = node.Run(Program, "log", $"--since={value}");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"cni-bridge: invalid --since \"{value}\": use a duration", result.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public void New_operations_are_printed_while_the_log_is_followed_and_rotated(string output)
    {
        using var node = NewNode();
        node.Run("mkfifo", "/run/out").Succeeded();
        const string file = "/run/followed/log/operations.log";
        node.WriteFile(file, Line("2026-01-02T03:04:05Z", "first", "") + Line("2026-01-02T03:04:06Z", "before", ""));
        // Each change waits for the output of the previous one. The watched directory is replaced too.
        var script = $$"""
            "$1" log --file {{file}} --follow --last 1 --output {{output}} > /run/out & follower=$!
            exec 3< /run/out
            wait_for() { while read -r line <&3; do echo "$line"; case $line in *$1*) return ;; esac; done; exit 9; }
            line() { echo '{"time":"2026-01-02T03:05:0'$2'Z","verb":"DEL","plugin":"bridge","containerId":"'$1'","microseconds":1}'; }
            cd {{Path.GetDirectoryName(file)}}
            wait_for before
            line second 1 >> operations.log; wait_for second
            mv operations.log operations.log.1; line third 2 > operations.log; wait_for third
            mkdir ../next; line fourth 3 > ../next/operations.log; rm -r ../log; mv ../next ../log; wait_for fourth
            exec 3<&-
            wait $follower
            """;

        var result = node.Run("timeout", "60", "bash", "-c", script, "bash", Program);

        Assert.Equal((0, ""), (result.ExitCode, result.Stderr));
        var lines = result.Stdout.TrimEnd().Split('\n');
        Assert.Equal(output == "text" ? 5 : 4, lines.Length);
        Assert.Equal(output == "text", lines[0].StartsWith("AGE", StringComparison.Ordinal));
        string[] containers = ["before", "second", "third", "fourth"];
        Assert.All(containers.Zip(lines[^4..]), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
        if (output == "json")
            Assert.All(lines, line => JsonDocument.Parse(line));
    }

    [Fact]
    public void Untrusted_text_is_escaped_in_the_log()
    {
        using var node = NewNode();
        RawCall.Of(node, "ADD", Configurations.With("""{"mtu": "\u001b[2J\nADD"}"""))
            .With("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=a;K8S_POD_NAME=b\u001b[2J").Fail(6, "mtu");
        var lines = node.Run(Program, "log", "--wide").Succeeded().Stdout.Split('\n');
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
