using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;
using CniBridge.Lab.Captures;

namespace CniBridge.EndToEnd.Tests.Captures;

/// <summary>Tests of scripts/capture against the captures that the tests of the messages use.</summary>
public sealed partial class CaptureTests
{
    const string Bridges = "ip link add cni0 type bridge; ip link add cni1 type bridge";

    static string Folder => Path.Combine(PluginDirectory.RepositoryRoot, "tests/CniBridge.Linux.Tests/Captures");

    public static TheoryData<string> Files =>
    [
        .. Directory.EnumerateFiles(Folder, "*.hex", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file)).Order(),
    ];

    static string Read(string capture) => File.ReadAllText(Path.Combine(Folder, $"{capture}.hex"));

    static void RequireHeaders() =>
        Assert.SkipUnless(File.Exists("/usr/include/linux/netlink.h"), "the kernel's headers are not installed");

    static string Create(string[] arguments, string input = "")
    {
        RequireHeaders();
        Requirement.Node("strace", "nft");
        return MessageCapture.Create(CaptureOptions.Parse(arguments), input);
    }

    [Fact]
    public void A_capture_of_ip_has_the_bytes_and_the_layout_of_the_existing_one()
    {
        var lines = Create(["--setup", Bridges, "ip", "link", "set", "dev", "cni1", "alias", "pod default/web-0"]).Split('\n');
        var expected = Read("requests/link-alias").Split('\n');

        Assert.Equal($"; $ scripts/capture --setup '{Bridges}' ip link set dev cni1 alias 'pod default/web-0'", lines[0]);
        Assert.Matches(@"^; iproute2 \d[0-9.]+, Linux \d+\.\d+$", lines[1]);
        Assert.Equal(expected.Length, lines.Length);
        // The number of the message depends on the time, and the older capture has no value of the index.
        string[] changing = ["nlmsg_seq", "ifi_index"];
        Assert.Equal(expected[2..].Where(IsStable), lines[2..].Where(IsStable));

        bool IsStable(string line) => !changing.Any(name => line.Contains(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("requests/create-bridge", "ip link add name cni0 address 02:11:22:33:44:55 mtu 1400 up type bridge")]
    [InlineData(
        "requests/route-v4-mtu-advmss", "ip route prepend 10.26.0.0/16 via 10.1.2.1 dev cni0 mtu 1300 advmss 1260",
        "ip link add cni0 type bridge; ip address add 10.1.2.3/24 dev cni0; ip link set cni0 up")]
    [InlineData("requests/link-up", "ip link set dev cni1 up", Bridges)]
    public void Requests_of_ip_have_the_bytes_of_the_existing_captures(string capture, string command, string setup = "")
    {
        var bytes = Bytes(Create(["--setup", setup, .. command.Split(' ')]));
        var expected = Bytes(Read(capture));
        Assert.Equal(expected[..8], bytes[..8]);
        Assert.Equal(expected[12..], bytes[12..]);
    }

    [Fact]
    public void A_batch_of_nft_has_the_bytes_and_the_ruleset_of_the_existing_capture()
    {
        var expected = Read("requests/nft-masquerade");
        var ruleset = string.Concat(expected.Split('\n').Skip(1)
            .TakeWhile(line => !line.StartsWith("; nftables ", StringComparison.Ordinal))
            .Select(line => $"{line[2..]}\n"));

        var created = Create(["nft", "-f", "-"], ruleset);

        Assert.StartsWith("; $ scripts/capture nft -f -\n; table ip cni {\n", created, StringComparison.Ordinal);
        Assert.Equal(Bytes(expected), Bytes(created));
        Assert.Empty(MissingAttributes(expected, created));
    }

    [Fact]
    public void The_answer_to_a_refused_request_is_captured()
    {
        var created = Create(["--setup", Bridges, "--answers", "ip", "link", "add", "cni1", "type", "bridge"]);
        Assert.Contains("; nlmsg_type NLMSG_ERROR\n", created, StringComparison.Ordinal);
        Assert.Contains("; error -17\n", created, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_type_selects_a_request_and_all_prints_each()
    {
        string[] command = ["--setup", Bridges, "ip", "link", "set", "dev", "cni1", "up"];
        Assert.Contains("; IFLA_IFNAME, 9 bytes\n", Create(["--message", "RTM_GETLINK", .. command]), StringComparison.Ordinal);
        var all = Create(["--all", .. command]);
        Assert.Contains("\n\n", all, StringComparison.Ordinal);
        Assert.Equal(["RTM_NEWLINK", "RTM_GETLINK", "RTM_NEWLINK"], Type().Matches(all).Select(match => match.Groups[1].Value));
    }

    [Theory]
    [InlineData]
    [InlineData("--all")]
    [InlineData("--wrong", "ip", "link")]
    [InlineData("--message", "RTM_NEWROUTE", "ip", "link", "show")]
    [InlineData("--setup", "exit 1", "ip", "link", "show")]
    [InlineData("true")]
    public void A_capture_without_a_message_fails(params string[] arguments) => Assert.Throws<LabException>(() => Create(arguments));

    /// <summary>The kernel's headers and another decoder judge the comments of all captures.</summary>
    [Theory, MemberData(nameof(Files))]
    public void An_existing_capture_is_annotated_with_the_same_bytes_and_names(string file)
    {
        RequireHeaders();
        var expected = File.ReadAllText(Path.Combine(Folder, file));
        var isNetfilter = expected.Contains("NFNL_SUBSYS", StringComparison.Ordinal);
        var annotated = AnnotatedHex.Format(new Datagram(true, Bytes(expected)).Split(), isNetfilter);
        Assert.Equal(Bytes(expected), Bytes(annotated));
        Assert.Empty(MissingAttributes(expected, annotated));
    }

    /// <summary>Returns the attributes of a capture that another one does not have in the same order, with their length.</summary>
    static List<string> MissingAttributes(string expected, string found)
    {
        var names = new Queue<string>(Attributes(found));
        return [.. Attributes(expected).Where(name =>
        {
            while (names.TryDequeue(out var next))
            {
                if (next == name)
                {
                    return false;
                }
            }

            return true;
        })];
    }

    static IEnumerable<string> Attributes(string text) =>
        Attribute().Matches(text).Select(match => $"{match.Groups["length"].Value} {match.Groups["name"].Value}");

    static byte[] Bytes(string text) => Convert.FromHexString(string.Concat(
        text.Split('\n').Select(line => line.Split(';')[0]).SelectMany(line => line.Where(one => !char.IsWhiteSpace(one)))));

    [GeneratedRegex(
        @"(?m)^ *(?<length>[0-9a-f]{2} [0-9a-f]{2}) [0-9a-f]{2} [0-9a-f]{2}[0-9a-f ]*; " +
        @"(?<name>(?!RTEXT)[A-Z][A-Z0-9]+_[A-Z0-9_]+)")]
    private static partial Regex Attribute();

    [GeneratedRegex("; nlmsg_type (.*)")]
    private static partial Regex Type();
}
