using System.Text;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>
/// Tests with control sequences in the names and texts of pods, programs and files: the operator sees them, and the terminal does not obey.
/// </summary>
public sealed class TerminalTextTests
{
    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    /// <summary>
    /// ESC, CSI as one character, BEL, DEL and a change of text direction. It has no white space, so that the kernel accepts it.
    /// </summary>
    const string Evil = "\u001b[2J\u0007\u007f";

    const string EvilName = "x" + Evil;

    const string EvilConfiguration = "/etc/cni/net.d/05-" + Evil + "\nerror: forged.conflist";

    static ScratchNode NewNode()
    {
        Requirement.Node("nft");
        var node = new ScratchNode();
        foreach (var pod in (string[])["a", "b"])
        {
            node.AddPod(pod);
            RawCall.Of(node, "ADD", Configurations.Plain, pod)
                .With("CNI_ARGS", $"IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME={Evil}\u009b31m\u202e{pod}").Succeed();
        }
        RawCall.Of(node, "ADD", Configurations.With($$"""{"mtu": "{{JsonEncodedText.Encode(Evil + "\nforged")}}"}"""), "a").Fail(6, "mtu");
        RawCall.Of(node, Evil, Configurations.Plain, "a").Fail(4, Evil);
        var host = node.PodLinks(PodNetwork.Bridge).First();
        Change(node, "a", "link", "set", "eth0", "name", EvilName);
        node.Run("ip", "link", "set", host, "alias", $"podnet/{Evil}\nforged/eth0").Succeeded();
        node.Run("ip", "link", "add", $"p{Evil}", "type", "veth", "peer", "name", $"q{Evil}").Succeeded();
        node.Run("ip", "link", "set", $"p{Evil}", "master", "cni0").Succeeded();
        node.WriteFile("/var/lib/cni/networks/podnet/10.88.0.99", $"{EvilName}\r\neth\u001b[31m");
        node.WriteFile($"/var/lib/cni/networks/n{Evil}/10.9.9.9", "gone\r\neth0");
        node.WriteFile(
            EvilConfiguration, $$"""{"name": "{{JsonEncodedText.Encode(Evil)}}", "k{{JsonEncodedText.Encode(Evil)}}": 1, "plugins": 5}""");
        return node;
    }

    static void Change(ScratchNode node, string pod, params string[] words) => node.Run("ip", ["-n", pod, .. words]).Succeeded();

    /// <summary>The rows: each command, and its escaped output of such a text.</summary>
    [Theory]
    [InlineData("show")]
    [InlineData("show --output dot", @"\\u001b[2J")]
    [InlineData("show --output mermaid")]
    [InlineData("pod 10.88.0.2")]
    [InlineData("log")]
    [InlineData("doctor")]
    [InlineData("ipam list")]
    [InlineData("ipam show 10.9.9.9")]
    [InlineData("conf validate")]
    [InlineData("conf show")]
    [InlineData("add box a")]
    [InlineData("add box a --conf /\u001b[2J")]
    [InlineData("pod \u001b[2J")]
    [InlineData("ipam list --network \u001b[2J")]
    [InlineData("metrics", @"\\u001b[2J")]
    public void Control_sequences_are_escaped_in_the_output(string command, string expected = @"\u001b[2J")
    {
        using var node = NewNode();

        var result = node.Run(Program, command.Split(' '));

        AssertPrintable(result.Stdout);
        AssertPrintable(result.Stderr);
        Assert.Contains(expected, result.Stdout + result.Stderr, StringComparison.Ordinal);
        // The text cannot start a new line.
        Assert.DoesNotMatch("(?m)^(error: )?forged", result.Stdout + result.Stderr);
        Assert.InRange(result.ExitCode, 0, 2);
    }

    [Theory]
    [InlineData("show")]
    [InlineData("pod 10.88.0.2")]
    [InlineData("log")]
    [InlineData("doctor")]
    [InlineData("ipam list")]
    [InlineData("conf validate")]
    public void The_JSON_output_contains_the_original_text(string command)
    {
        using var node = NewNode();

        var text = node.Run(Program, [.. command.Split(' '), "--output", "json"]).Stdout;

        AssertPrintable(text);
        Assert.Contains("\u001b[2J", string.Concat(Strings(JsonDocument.Parse(text).RootElement)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_suggested_command_names_exactly_the_file()
    {
        Requirement.Programs("bash");
        using var node = NewNode();
        var findings = node.Run(Program, "doctor", "--output", "json").Json.GetProperty("findings").EnumerateArray();
        var fix = findings.First(finding => finding.GetProperty("id").GetString() == "conf-invalid").GetProperty("fix").GetString()!;
        var shown = node.Run(Program, "doctor").Stdout.Split('\n');

        // The command appears as on the screen, for copying.
        AssertPrintable(fix);
        Assert.Contains($"  fix: {fix}", shown);
        node.Run("bash", "-c", fix).Succeeded();

        Assert.False(File.Exists(node.FromOutside(EvilConfiguration)));
        Assert.True(File.Exists(node.FromOutside(EvilConfiguration + ".invalid")));
    }

    [Theory]
    [InlineData("CNI_NETNS", "/run/netns/none\u009b31m\u202e")]
    [InlineData("CNI_ARGS", "\u001b[2J=1")]
    [InlineData("CNI_CONTAINERID", "\u001b[2J")]
    [InlineData("CNI_IFNAME", "\u001b[2J")]
    [InlineData("CNI_COMMAND", "\u001b[2J")]
    public void Errors_of_a_plugin_are_escaped(string variable, string value)
    {
        Requirement.Node();
        using var node = new ScratchNode();
        node.AddPod("pod");

        var result = RawCall.Of(node, "ADD", Configurations.Plain).With(variable, value).Run();

        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain(result.Stdout, character => char.IsControl(character) && character != '\n');
        AssertPrintable(result.Stderr);
    }

    static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Strings(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };

    static void AssertPrintable(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) ? rune.Value != '\n' : Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format)
                shown.Append(System.Globalization.CultureInfo.InvariantCulture, $"U+{rune.Value:X4} ");
        }
        Assert.True(shown.Length == 0, $"{shown} in: {JsonEncodedText.Encode(text)}");
    }
}
