using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Protocol;

public sealed class CniResultWriterTests
{
    static readonly CniResult s_dualStack = new()
    {
        Interfaces =
        [
            new CniInterface("cni0", "02:00:00:00:00:01", ""),
            new CniInterface("veth01234567", "02:00:00:00:00:02", "") { Mtu = 1400 },
            new CniInterface("eth0", "02:00:00:00:00:03", "/run/netns/pod1")
            {
                Mtu = 1500,
                SocketPath = "/run/vhost.sock",
                PciId = "0000:00:1f.6",
            },
        ],
        Ips =
        [
            new CniIp(Cidr.Parse("10.1.2.5/24"), IpAddress.Parse("10.1.2.1"), 2),
            // The index 0 is written, and a missing index is not.
            new CniIp(Cidr.Parse("10.2.0.7/16"), null, 0),
            new CniIp(Cidr.Parse("FD00::5/64"), IpAddress.Parse("fd00::1"), 2),
            new CniIp(Cidr.Parse("fd01::5/48"), null, null),
        ],
        Routes =
        [
            new CniRoute(Cidr.Parse("0.0.0.0/0"), IpAddress.Parse("10.1.2.1")),
            // Host bits are kept, and a scope of 0 is written.
            new CniRoute(Cidr.Parse("10.9.9.9/16"), null) { Mtu = 1400, AdvertisedMss = 1360, Priority = 5, Table = 100, Scope = 0 },
            new CniRoute(Cidr.Parse("::/0"), IpAddress.Parse("fd00::1")),
        ],
        Dns = new CniDns
        {
            Nameservers = ["10.0.0.53", "fd00::53"],
            Domain = "cluster.local",
            Search = ["a.local", "b.local"],
            Options = ["ndots:5"],
        },
    };

    static readonly CniResult s_plain = new() { Ips = [new CniIp(Cidr.Parse("10.1.2.5/24"), null, null)] };

    static readonly CniResult s_layer2 = new()
    {
        Interfaces = [.. s_dualStack.Interfaces.Select(item => new CniInterface(item.Name, item.Mac, item.Sandbox))],
    };

    public static TheoryData<string> Versions => [.. CniVersion.Supported];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Each_version_has_its_format(string version)
    {
        ExpectedResults.AssertEqual(ExpectedResults.Get(version, "dualStack"), CniResultWriter.Write(s_dualStack, version));
        ExpectedResults.AssertEqual(ExpectedResults.Get(version, "plain"), CniResultWriter.Write(s_plain, version));
        if (ExpectedResults.Get(version, "layer2") is { } layer2)
            ExpectedResults.AssertEqual(layer2, CniResultWriter.Write(s_layer2, version));
        else
            AssertNotConvertible(() => CniResultWriter.Write(s_layer2, version));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_result_is_indented_by_four_spaces_without_a_final_newline(string version)
    {
        var text = Encoding.UTF8.GetString(CniResultWriter.Write(s_dualStack, version));
        Assert.StartsWith($"{{\n    \"cniVersion\": \"{version}\",\n    \"", text, StringComparison.Ordinal);
        Assert.EndsWith("\n}", text, StringComparison.Ordinal);
        Assert.Contains("\n            \"", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.Equal(0, (line.Length - line.TrimStart(' ').Length) % 4));
        Assert.DoesNotContain("\r", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_oldest_versions_omit_routes_of_a_family_without_an_address()
    {
        var result = s_dualStack with { Ips = [s_dualStack.Ips[2]] };
        var json = JsonNode.Parse(CniResultWriter.Write(result, "0.2.0"))!;
        Assert.Null(json["ip4"]);
        Assert.Equal("""[{"dst":"::/0","gw":"fd00::1"}]""", json["ip6"]!["routes"]!.ToJsonString());
    }

    // Go prints such addresses in hex groups, .NET with dotted quads. An IPv4-mapped address is an IPv4 address.
    [Theory]
    [InlineData("fd00::5efe:10.0.0.1/64", "fd00::5efe:a00:1/64", "6")]
    [InlineData("::1.2.3.4/96", "::102:304/96", "6")]
    [InlineData("2001:DB8:0:0:1:0:0:1/64", "2001:db8::1:0:0:1/64", "6")]
    [InlineData("::ffff:10.0.0.5/120", "10.0.0.5/24", "4")]
    public void Addresses_are_written_as_Go_writes_them(string address, string text, string family)
    {
        var ip = JsonNode.Parse(CniResultWriter.Write(
            new CniResult { Ips = [new CniIp(Cidr.Parse(address), null, null)] }, "0.4.0"))!["ips"]![0]!;
        Assert.Equal((text, family), (ip["address"]!.GetValue<string>(), ip["version"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("<a href=\"x\">&'+")]
    [InlineData("Grüße, 世界 🎈")]
    [InlineData("\u2028\u2029\u007f\u0000\u001f\t\n\\")]
    public void Any_text_survives_writing_and_parsing(string text)
    {
        var json = JsonNode.Parse(CniResultWriter.Write(new CniResult { Dns = new CniDns { Domain = text } }, "1.1.0"))!;
        Assert.Equal(text, json["dns"]!["domain"]!.GetValue<string>());
    }

    // Byte by byte, because programs compare with the output of the Go plugins.
    [Theory]
    [InlineData("<>&", @"\u003c\u003e\u0026")]
    [InlineData("\u2028\u2029", @"\u2028\u2029")]
    [InlineData("\"\\/", @"\""\\/")]
    [InlineData("\t\n\r", @"\t\n\r")]
    [InlineData("\0\u0001\u000b\u001b\u001f", @"\u0000\u0001\u000b\u001b\u001f")]
    [InlineData("é'+=`\u00a0\u200b\ufeff世界🎈", "é'+=`\u00a0\u200b\ufeff世界🎈")]
    [InlineData("a<é🎈>b", @"a\u003cé🎈\u003eb")]
    // Go writes these two unchanged, and a terminal would obey them.
    [InlineData("\u007f\u0085", @"\u007f\u0085")]
    public void A_text_is_escaped_as_Go_escapes_it(string text, string written)
    {
        var many = string.Concat(Enumerable.Repeat(text, 500));
        var manyWritten = string.Concat(Enumerable.Repeat(written, 500));
        foreach (var (value, expected) in (ReadOnlySpan<(string, string)>)[(text, written), (many, manyWritten)])
        {
            var result = Encoding.UTF8.GetString(CniResultWriter.Write(new CniResult { Dns = new CniDns { Domain = value } }, "1.1.0"));
            Assert.Contains($"\"domain\": \"{expected}\"\n", result, StringComparison.Ordinal);
            Assert.Equal($"{{\n    \"code\": 7,\n    \"msg\": \"{expected}\",\n    \"details\": \"{expected}\"\n}}",
                Encoding.UTF8.GetString(CniResultWriter.WriteError(7, value, value)));
        }
    }

    [Fact]
    public void VERSION_is_one_compact_line() => Assert.Equal(
        """{"cniVersion":"1.1.0","supportedVersions":["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}""" + "\n",
        Encoding.UTF8.GetString(CniResultWriter.WriteVersion()));

    [Fact]
    public void An_error_omits_empty_details()
    {
        Assert.Equal("{\n    \"code\": 7,\n    \"msg\": \"no\",\n    \"details\": \"why\"\n}",
            Encoding.UTF8.GetString(CniResultWriter.WriteError(7, "no", "why")));
        Assert.Equal("{\n    \"code\": 999,\n    \"msg\": \"\"\n}", Encoding.UTF8.GetString(CniResultWriter.WriteError(999, "", "")));
    }

    [Fact]
    public void The_error_object_of_the_deadline_equals_that_of_the_writer() => Assert.Equal(
        Encoding.UTF8.GetString(CniResultWriter.WriteError(11, DeadlineError.Message, DeadlineError.Details)),
        Encoding.UTF8.GetString(DeadlineError.Json));

    [Theory]
    [MemberData(nameof(Versions))]
    public void CheckConvertible_refuses_a_result_without_addresses_in_the_oldest_versions(string version)
    {
        CniResultWriter.CheckConvertible(hasAddresses: true, version);
        if (CniVersion.HasInterfaces(version))
            CniResultWriter.CheckConvertible(hasAddresses: false, version);
        else
            AssertNotConvertible(() => CniResultWriter.CheckConvertible(hasAddresses: false, version));
    }

    static void AssertNotConvertible(Action action) =>
        Requests.AssertRefused(CniErrorCode.InvalidConfig, action, "cannot convert: no valid IP addresses");
}
