using System.Text;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Tests.Runtime;

public sealed class NetworkListTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    NetworkList Load(string text)
    {
        File.WriteAllText(_directory["a.conflist"], text);
        return NetworkList.Load(_directory["a.conflist"]);
    }

    void AssertRefused(string text, string words)
    {
        var refusal = Assert.Throws<RuntimeException>(() => Load(text));
        Assert.StartsWith(_directory["a.conflist"] + ": ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    // The plugin reads these keys alike, with Go's rules.
    [Theory]
    [InlineData("""{"Name":"pods","CNIVERSION":"1.0.0","type":"bridge"}""")]
    [InlineData("""{"name":1,"NAME":"pods","cniVersion":"1.0.0","type":"bridge"}""")]
    [InlineData("""{"name":"old","cniversion":"0.4.0","NAME":"pods","cniVersion":"1.0.0","TYPE":"bridge"}""")]
    public void Keys_of_a_single_plugin_may_have_any_case(string text)
    {
        var list = Load(text);
        Assert.Equal(("pods", "1.0.0"), (list.Name, list.Version));
        Assert.Equal("bridge", Assert.Single(list.Plugins)["type"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"name":1,"type":"bridge"}""", "name")]
    [InlineData("""{"name":"pods","NAME":1,"type":"bridge"}""", "name")]
    [InlineData("""{"name":"pods","cniVersion":["1.0.0"],"type":"bridge"}""", "cniVersion")]
    public void A_wrong_type_in_the_configuration_of_a_single_plugin_is_refused(string text, string key) => AssertRefused(text, key);

    [Fact]
    public void Name_version_and_plugins_of_a_list_are_read_in_order()
    {
        const string Text = """
            {"cniVersion":"0.4.0","name":"pods","disableCheck":true,"plugins":[{"type":"bridge","mtu":1400},{"type":"portmap"}]}
            """;
        var list = Load(Text);
        Assert.Equal(("pods", "0.4.0", true), (list.Name, list.Version, list.DisablesCheck));
        Assert.Equal(["""{"type":"bridge","mtu":1400}""", """{"type":"portmap"}"""], list.Plugins.Select(plugin => plugin.ToJsonString()));
        Assert.Equal(Text, Encoding.UTF8.GetString(list.Text));
    }

    [Theory]
    [InlineData("""{"name":"pods","type":"bridge"}""", "0.1.0")]
    [InlineData("""{"name":"pods","type":"bridge","cniVersion":""}""", "0.1.0")]
    [InlineData("""{"name":"pods","type":"bridge","cniVersion":null}""", "0.1.0")]
    [InlineData("""{"name":"pods","type":"bridge","cniVersion":"1.0.0"}""", "1.0.0")]
    public void The_configuration_of_a_single_plugin_becomes_a_chain_of_one(string text, string version)
    {
        var list = Load(text);
        Assert.Equal(("pods", version), (list.Name, list.Version));
        Assert.Equal("bridge", Assert.Single(list.Plugins)["type"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("\"true\"", true)]
    [InlineData("\"TRUE\"", true)]
    [InlineData("\"false\"", false)]
    public void CHECK_can_be_switched_off_by_value_or_word(string value, bool isOff) =>
        Assert.Equal(isOff, Load($$"""{"name":"pods","plugins":[{"type":"a"}],"disableCheck":{{value}}}""").DisablesCheck);

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"name":"pods","type":"a"} x""", "not valid JSON")]
    [InlineData("""{"name":"pods","type":"a",}""", "not valid JSON")]
    [InlineData("null", "not a JSON object")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("5", "not a JSON object")]
    [InlineData("{}", "neither the key plugins nor the key type")]
    [InlineData("""{"name":"","type":"a"}""", "missing network name")]
    [InlineData("""{"name":5,"type":"a"}""", "key name: expected a string, found 5")]
    [InlineData("""{"name":["pods"],"type":"a"}""", "key name: expected a string, found a list")]
    [InlineData("""{"name":5,"plugins":[{"type":"a"}]}""", "name is not a string")]
    [InlineData("""{"Name":"pods","plugins":[{"type":"a"}]}""", "missing network name")]
    [InlineData("""{"name":"../pods","type":"a"}""", "invalid characters found in network name")]
    [InlineData("""{"name":"pods"}""", "neither the key plugins nor the key type")]
    [InlineData("""{"name":"pods","type":""}""", "each plugin needs a type")]
    [InlineData("""{"name":"pods","type":5}""", "key type: expected a string, found 5")]
    [InlineData("""{"name":"pods","type":"a","cniVersion":1}""", "key cniVersion: expected a string, found 1")]
    [InlineData("""{"name":"pods","cniVersion":1,"plugins":[{"type":"a"}]}""", "cniVersion is not a string")]
    [InlineData("""{"name":"pods","cniVersions":["1.0.0",1],"plugins":[{"type":"a"}]}""", "cniVersions[1] is not a string")]
    [InlineData("""{"name":"pods","cniVersions":["x"],"plugins":[{"type":"a"}]}""", "cniVersions[0]: invalid version \"x\"")]
    [InlineData("""{"name":"pods","cniVersions":[],"cniVersion":"x","plugins":[{"type":"a"}]}""", "cniVersion: invalid version \"x\"")]
    [InlineData("""{"name":"pods","disableGC":"yes","plugins":[{"type":"a"}]}""", "disableGC = \"yes\": expected true, false")]
    [InlineData("""{"name":"pods","plugins":[{"type":"a"},{"type":"b","ipam":5}]}""", "key plugins[1].ipam: expected an object, found 5")]
    [InlineData(
        """{"name":"pods","plugins":[{"type":"a","capabilities":{"mac":"yes"}}]}""",
        "key plugins[0].capabilities.mac: expected true or false")]
    [InlineData("""{"name":"pods","type":"a","cniVersion":"9.9.9"}""", "incompatible CNI versions")]
    [InlineData("""{"name":"pods","plugins":null}""", "plugins is not a list with at least one plugin")]
    [InlineData("""{"name":"pods","plugins":[]}""", "plugins is not a list with at least one plugin")]
    [InlineData("""{"name":"pods","plugins":{"type":"a"}}""", "plugins is not a list with at least one plugin")]
    [InlineData("""{"name":"pods","plugins":["a"]}""", "each plugin must be a JSON object")]
    [InlineData("""{"name":"pods","plugins":[null]}""", "each plugin must be a JSON object")]
    [InlineData("""{"name":"pods","plugins":[{"type":"a"},{}]}""", "each plugin needs a type")]
    public void A_file_that_no_runtime_can_use_is_refused_with_its_name_and_the_reason(string text, string words) =>
        AssertRefused(text, words);

    [Fact]
    public void Invalid_UTF_16_in_a_file_is_refused_with_its_name()
    {
        AssertRefused("""{"name":"\ud800","type":"a"}""", "");
        AssertRefused("""{"name":"pods","type":"\udc00"}""", "");
        File.WriteAllBytes(_directory["b.conf"], [.. "{\"type\":\"a\",\"name\":\""u8, 0xff, .. "\"}"u8]);
        Assert.StartsWith(_directory["b.conf"],
            Assert.Throws<RuntimeException>(() => NetworkList.Load(_directory["b.conf"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"other","name":"pods","plugins":[{"type":"a"}],"plugins":[{"type":"x","type":"b"}]}""")]
    [InlineData("""{"name":"other","type":"a","name":"pods","type":"b"}""")]
    public void The_last_of_repeated_keys_wins(string text)
    {
        var list = Load(text);
        Assert.Equal(("pods", "b"), (list.Name, Assert.Single(list.Plugins)["type"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""{"Type":"b"}""")]
    [InlineData("""{"type":"x","TYPE":"b"}""")]
    [InlineData("""{"TYPE":"b","type":null}""")]
    public void The_key_type_may_have_any_case(string plugin) => Assert.Equal(
        """{"type":"b"}""", Assert.Single(Load($$"""{"name":"pods","plugins":[{{plugin}}]}""").Plugins).ToJsonString());

    [Theory]
    [InlineData("""["0.4.0","1.0.0","0.3.1"]""", null, "1.0.0")]
    [InlineData("""["0.4.0"]""", "1.1.0", "1.1.0")]
    [InlineData("""["1.1.0","2.0.0"]""", "0.3.0", "1.1.0")]
    [InlineData("""["2.0.0"]""", "0.3.0", "0.3.0")]
    [InlineData("""["2.0.0"]""", null, "0.1.0")]
    [InlineData("[]", "0.4.0", "0.4.0")]
    [InlineData("[]", "", "0.1.0")]
    public void The_newest_known_version_of_several_is_used(string versions, string? version, string expected)
    {
        var stated = version is null ? "" : $"\"cniVersion\":\"{version}\",";
        Assert.Equal(expected, Load($$"""{"name":"pods",{{stated}}"cniVersions":{{versions}},"plugins":[{"type":"a"}]}""").Version);
    }

    [Theory]
    [InlineData("", "inlined first second")]
    [InlineData("\"loadOnlyInlinedPlugins\":\"False\",", "inlined first second")]
    [InlineData("\"loadOnlyInlinedPlugins\":true,", "inlined")]
    public void Plugins_of_the_network_directory_are_appended(string key, string expected)
    {
        Directory.CreateDirectory(_directory["pods"]);
        File.WriteAllText(_directory["pods/2.conf"], """{"type":"second"}""");
        File.WriteAllText(_directory["pods/1.conf"], """{"type":"first"}""");
        File.WriteAllText(_directory["pods/3.conflist"], "no plugin");
        var list = Load($$"""{"name":"pods",{{key}}"plugins":[{"type":"inlined"}]}""");
        Assert.Equal(expected, string.Join(' ', list.Plugins.Select(plugin => plugin["type"]!.GetValue<string>())));
    }

    [Fact]
    public void A_broken_plugin_in_the_directory_of_the_network_is_reported()
    {
        Directory.CreateDirectory(_directory["pods"]);
        File.WriteAllText(_directory["pods/1.conf"], """{"name":"pods"}""");
        var refusal = Assert.Throws<RuntimeException>(() => Load("""{"name":"pods","plugins":[{"type":"a"}]}"""));
        Assert.Equal($"{_directory["pods/1.conf"]}: each plugin needs a type", refusal.Message);
    }

    [Fact]
    public void A_file_that_is_too_long_is_reported()
    {
        File.WriteAllText(_directory["a.conf"], new string(' ', 1 << 20) + """{"name":"pods","type":"a"}""");
        Assert.EndsWith(
            "it is longer than 1 MiB", Assert.Throws<RuntimeException>(() => NetworkList.Load(_directory["a.conf"])).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.conf", """{"name":"pods","plugins":[{"type":"a"}]}""", "a list of plugins needs the extension .conflist")]
    [InlineData("a.json", """{"name":"pods","plugins":[{"type":"a"}]}""", "a list of plugins needs the extension .conflist")]
    [InlineData("a.conflist", """{"name":"pods","type":"a"}""", "a .conflist needs a list of plugins")]
    public void The_extension_selects_list_or_single_plugin(string name, string text, string words)
    {
        File.WriteAllText(_directory[name], text);
        Assert.Equal("pods", NetworkList.Load(_directory[name]).Name);
        Assert.StartsWith($"{_directory[name]}: {words}",
            Assert.Throws<RuntimeException>(() => NetworkList.LoadFirst(_directory.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_reported()
    {
        foreach (var path in (string[])[_directory["missing"], _directory.Path])
        {
            var refusal = Assert.Throws<RuntimeException>(() => NetworkList.Load(path));
            Assert.StartsWith($"cannot read the network configuration {path}: ", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_first_file_in_alphabetical_order_is_used()
    {
        Directory.CreateDirectory(_directory["00-directory.conf"]);
        foreach (var name in (string[])["20-b.conf", "10-a.json", "00-notes.txt", "05-old.conflist.bak", "00-no-extension", "0.CONF"])
            File.WriteAllText(_directory[name], $$"""{"name":"n{{name}}","type":"a"}""");
        Assert.Equal("n10-a.json", NetworkList.LoadFirst(_directory.Path).Name);
        File.WriteAllText(_directory["09-c.conflist"], """{"name":"list","plugins":[{"type":"a"}]}""");
        Assert.Equal("list", NetworkList.LoadFirst(_directory.Path).Name);
        // A broken first file is an error, because the second one would be another network.
        File.WriteAllText(_directory["08-d.conf"], "{");
        Assert.Contains("08-d.conf",
            Assert.Throws<RuntimeException>(() => NetworkList.LoadFirst(_directory.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_configuration_the_error_says_what_to_do()
    {
        foreach (var path in (string[])[_directory.Path, _directory["missing"]])
        {
            var refusal = Assert.Throws<RuntimeException>(() => NetworkList.LoadFirst(path));
            Assert.StartsWith($"no network configuration in {path}", refusal.Message, StringComparison.Ordinal);
        }
    }
}
