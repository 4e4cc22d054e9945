using System.Globalization;
using System.Text;
using CniBridge.Node.Inspection.Configurations;
using CniBridge.Plugins.Tests.Schema;

namespace CniBridge.Node.Tests.Inspection;

public sealed class ConfigurationReviewTests : IDisposable
{
    readonly TemporaryDirectory _binaries = new();

    public ConfigurationReviewTests()
    {
        foreach (var name in (string[])["bridge", "host-local", "portmap", "tuning"])
        {
            File.WriteAllText(Path.Combine(_binaries.Path, name), "");
            File.SetUnixFileMode(Path.Combine(_binaries.Path, name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public void Dispose() => _binaries.Dispose();

    /// <summary>Returns the findings as "LINE:COLUMN error|warning: message", with BIN in place of the plugin directory.</summary>
    string[] Review(string text) =>
    [
        .. ConfigurationReview.Create(Encoding.UTF8.GetBytes(text), _binaries.Path)
            .Select(finding => string.Create(CultureInfo.InvariantCulture,
            $"{finding.Position.Line}:{finding.Position.Column} {(finding.IsError ? "error" : "warning")}: " +
                $"{finding.Message.Replace(_binaries.Path, "BIN", StringComparison.Ordinal)}")),
    ];

    /// <summary>Returns a single bridge with one key per line. The given keys start on the fourth line.</summary>
    static string Bridge(string lines, string ipam = """{"type": "host-local", "subnet": "10.1.0.0/24"}""") =>
        "{\n\"cniVersion\": \"1.0.0\", \"name\": \"pods\",\n\"type\": \"bridge\",\n" + lines + (lines.Length > 0 ? ",\n" : "") +
            "\"ipam\": " + ipam + "\n}\n";

    [Theory]
    [InlineData("10-bridge.conflist")]
    public void A_valid_configuration_has_no_findings(string file) => Assert.Empty(Review(Resource.Text(file)));

    [Theory]
    [InlineData("  \"ipMask\": true", "4:3 warning: unknown key ipMask is ignored: did you mean ipMasq?")]
    [InlineData("\"isMasq\": true", "4:1 warning: isMasq works here, but the Go plugin ignores it: use ipMasq")]
    [InlineData("\"hairpin\": true", "4:1 warning: unknown key hairpin is ignored")]
    [InlineData("\"hairpinmode\": true")]
    [InlineData("\"isGatway\": true", "4:1 warning: unknown key isGatway is ignored: did you mean isGateway?")]
    [InlineData("\"dns\": {\"ä\": 1, \"nameserver\": []}",
        "4:9 warning: unknown key ä is ignored", "4:17 warning: unknown key nameserver is ignored: did you mean nameservers?")]
    [InlineData(
        "\"isGateway\": \"true\"", "4:1 error: error unmarshall network config: key isGateway: expected true or false, found \"true\"")]
    [InlineData("\"hairpinMode\": true,\n\"mtu\": 67", "5:1 error: invalid network config: mtu = 67")]
    [InlineData("\"vlanTrunk\": [{\"id\": 1, \"mnID\": 2}]", "4:25 warning: unknown key mnID is ignored: did you mean minID?")]
    [InlineData("\"args\": {\"anything\": {\"goes\": 1}}, \"capabilities\": {\"mac\": true}, \"runtimeConfig\": {\"other\": 1}")]
    public void Invalid_keys_and_values_of_a_bridge_are_found(string lines, params string[] findings) =>
        AssertStarts(findings, Review(Bridge(lines)));

    [Theory]
    [InlineData(
        """{"type": "host-local", "ranges": [[{"subnet": "10.1.0.0/33"}]]}""",
        "4:45 error: invalid network config: ipam.ranges[0][0].subnet = 10.1.0.0/33")]
    [InlineData("""{"type": "host-local", "ranges": [[{"subnet": "10.1.0.0/24", "rangeSart": "10.1.0.9"}]]}""",
        "4:70 warning: unknown key rangeSart is ignored: did you mean rangeStart?")]
    [InlineData("""{"type": "host-local"}""", "1:1 error: no IP ranges specified")]
    [InlineData("""{"type": "dhcp", "anything": 1}""", "4:10 error: the plugin dhcp is missing in BIN")]
    [InlineData("{}")]
    public void Problems_of_the_ipam_section_are_found(string ipam, params string[] findings) =>
        AssertStarts(findings, Review(Bridge("", ipam)));

    [Fact]
    public void Missing_or_misplaced_plugins_of_a_chain_are_found()
    {
        const string text = """
            {"cniVersion": "1.0.0", "name": "pods", "plugin": [], "plugins": [
              {"type": "portmap"},
              {"type": "tuning", "sysctls": {}},
              {"type": "firewall"}
            ]}
            """;

        Assert.Equal(
        [
            "1:41 warning: unknown key plugin is ignored: did you mean plugins?",
            "2:4 error: portmap must come after the plugin that creates the interface",
            "2:4 warning: \"capabilities\": {\"portMappings\": true} is missing, so runtimes pass no host ports to portmap",
            "4:4 error: the plugin firewall is missing in BIN",
        ], Review(text));
    }

    [Theory]
    [InlineData("\"disableGC\": \"yes\"", "disableGC = \"yes\": expected true, false, \"true\" or \"false\"")]
    [InlineData("\"disableCheck\": 1", "disableCheck = 1: expected true, false, \"true\" or \"false\"")]
    [InlineData("\"loadOnlyInlinedPlugins\": null", "loadOnlyInlinedPlugins = null: expected true, false, \"true\" or \"false\"")]
    [InlineData("\"cniVersions\": \"1.1.0\"", "cniVersions is not a list of strings")]
    [InlineData("\"cniVersions\": [1.1]", "cniVersions[0] is not a string", 14 + 7)]
    [InlineData("\"cniVersions\": [\"1.0.0\", \"x\"]", "cniVersions[1]: invalid version \"x\": \"x\" is not a number", 14 + 16)]
    public void A_list_key_of_a_wrong_type_is_found(string key, string message, int column = 5) => Assert.Equal(
        [$"2:{column} error: {message}"],
        Review($"{{\"name\": \"pods\",\n    {key},\n\"plugins\": [{{\"type\": \"tuning\"}}]}}"));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public void A_key_without_letters_is_reported_as_unknown(string key) => AssertStarts(
        [$"4:1 warning: unknown key {key}", "6:1 error: error unmarshall network config: key ipam.subnet: expected a string, found 0"],
        Review(Bridge($"\"{key}\": 1", """{"type": "host-local", "subnet": 0}""")
            .Replace("\"subnet\"", "\n\"subnet\"", StringComparison.Ordinal)));

    [Fact]
    public void A_key_given_twice_is_a_warning() => Assert.Equal(
        ["2:1 warning: duplicate key plugins[0].mtu: runtimes use the last one"],
        Review("{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"plugins\": [{\"type\": \"bridge\", \"mtu\": 1400,\n\"mtu\": 1500}]}"));

    [Fact]
    public void A_file_without_execute_permission_is_not_a_plugin()
    {
        File.SetUnixFileMode(Path.Combine(_binaries.Path, "bridge"), UnixFileMode.UserRead);
        Assert.Equal(["3:1 error: BIN/bridge is not executable"], Review(Bridge("")));
    }

    [Theory]
    [InlineData("{\"name\": \"pods\",\n  \"type\": bridge}", "2:11 error: not valid JSON: ")]
    [InlineData("{\"name\": \"ä\", x}", "1:15 error: not valid JSON: unexpected 'x'")]
    [InlineData("", "1:1 error: not valid JSON: the text is empty")]
    [InlineData("\uFEFF{}", "1:1 error: not valid JSON: the text begins with a byte order mark: save it as UTF-8 without one")]
    [InlineData("{\"name\": \"pods\", \"plugins\": [],}", "1:32 error: not valid JSON: unexpected '}' after a comma")]
    [InlineData("{\"name\": \"\\ud800\"}", "1:1 error: it is not valid JSON: a string is half of a surrogate pair")]
    [InlineData("[]", "1:1 error: it is not a JSON object")]
    [InlineData("{\"cniVersion\": \"9.9\", \"name\": \"pods\", \"type\": \"bridge\"}", "1:")]
    [InlineData("{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"plugins\": [{}]}", "1:")]
    public void A_configuration_that_runtimes_refuse_is_an_error(string text, string start)
    {
        var finding = Assert.Single(Review(text));
        Assert.StartsWith(start, finding, StringComparison.Ordinal);
        Assert.Contains(" error: ", finding, StringComparison.Ordinal);
    }

    static void AssertStarts(string[] starts, string[] findings)
    {
        Assert.True(starts.Length == findings.Length, string.Join('\n', findings));
        Assert.All(starts.Zip(findings), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }
}
