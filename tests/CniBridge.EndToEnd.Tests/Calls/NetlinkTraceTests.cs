using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of CNI_BRIDGE_DEBUG=netlink for plugin calls and operator commands, judged by strace and the result.</summary>
public sealed class NetlinkTraceTests
{
    const string Variable = "CNI_BRIDGE_DEBUG";
    const string CallsFile = $"{Node.Directory}/netlink-calls";

    [Fact]
    public void An_ADD_prints_its_messages_on_standard_error_and_only_its_result_on_standard_output()
    {
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.With("""{"ipMasq": true}""")).With(Variable, "netlink").Succeed();

        Assert.Equal("eth0", added.Json.GetProperty("interfaces")[2].GetProperty("name").GetString());
        Assert.StartsWith("netlink: socket ", added.Stderr, StringComparison.Ordinal);
        Assert.Matches(
            """
            (?m)^netlink: socket \d+ sends \d+ bytes
              RTM_NEWLINK, \d+ bytes, NLM_F_REQUEST \| NLM_F_ACK \| NLM_F_EXCL \| NLM_F_CREATE, sequence \d+, port 0
                ifi_family 0, ifi_type 0, .*
            """, added.Stderr);
        Assert.Contains("\n          IFLA 3, 9 bytes: 65 74 68 30 00 \"eth0\"\n", added.Stderr, StringComparison.Ordinal);
        Assert.Matches("(?m)^      IFLA_INFO 1, \\d bytes: 76 65 74 68( 00)? \"veth\"$", added.Stderr);
        Assert.Matches("(?m)^    error 0, answers RTM_NEWLINK, sequence ", added.Stderr);
        Assert.Matches("(?m)^  NFT_MSG_NEWRULE, ", added.Stderr);
        Assert.DoesNotContain("damaged", added.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("incomplete", added.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_datagram_that_strace_sees_is_printed_with_its_size()
    {
        using var node = NewNode();
        var call = RawCall.Of(node, "ADD", Configurations.With("""{"ipMasq": true}""")).With(Variable, "netlink") with
        {
            Wrapper = ["strace", "-f", "-qq", "-e", "trace=sendto,recvfrom", "-o", CallsFile],
        };
        var printed = call.Succeed().Stderr;

        var calls = File.ReadAllLines(node.FromOutside(CallsFile));
        Assert.Equal(Sizes(calls, @" sendto\(.* = (\d+)$"), Sizes(printed.Split('\n'), @"^netlink: socket \d+ sends (\d+) bytes"));
        Assert.Equal(Sizes(calls, @" recvfrom\(.* = (\d+)$"), Sizes(printed.Split('\n'), @"^netlink: socket \d+ receives (\d+) bytes"));
    }

    [Fact]
    public void Without_the_variable_or_with_an_empty_one_an_ADD_prints_nothing()
    {
        using var node = NewNode();
        var call = RawCall.Of(node, "ADD", Configurations.Plain);
        Assert.Empty(call.Succeed().Stderr);
        RawCall.Of(node, "DEL", Configurations.Plain).Succeed();
        Assert.Empty(call.With(Variable, "").Succeed().Stderr);
    }

    [Fact]
    public void A_refused_ADD_prints_the_refusal_of_the_kernel_and_answers_with_its_error()
    {
        using var node = NewNode();
        node.Run("ip", "-n", "pod", "link", "add", "eth0", "type", "bridge").Succeeded();
        var refused = RawCall.Of(node, "ADD", Configurations.Plain).With(Variable, "netlink").Run();
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("exists", refused.Json.GetProperty("msg").GetString(), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^    error -17 \(File exists\), answers RTM_NEWLINK, sequence \d+$", refused.Stderr);
    }

    [Fact]
    public void An_operator_command_prints_its_netlink_messages_too()
    {
        using var node = NewNode();
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        var program = Path.Combine(PluginDirectory.UnderTest, "cni-bridge");
        var shown = node.Run(program, ["show"], "", new Dictionary<string, string> { [Variable] = "netlink" }).Succeeded();
        Assert.Contains("\n  RTM_NEWLINK, ", shown.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("netlink: ", shown.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_topic_is_reported_and_fails_no_call()
    {
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.Plain).With(Variable, "netlnk\u001b[2J").Succeed();
        Assert.Equal("invalid CNI_BRIDGE_DEBUG \"netlnk\\u001b[2J\": use \"netlink\"\n", added.Stderr);
    }

    static List<string> Sizes(IEnumerable<string> lines, string pattern) =>
        [.. lines.Select(line => Regex.Match(line, pattern)).Where(match => match.Success).Select(match => match.Groups[1].Value)];

    static ScratchNode NewNode()
    {
        Requirement.Node("strace");
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}
