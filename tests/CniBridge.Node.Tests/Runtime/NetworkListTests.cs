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

    [Fact]
    public void A_list_has_a_name_a_version_and_its_plugins_in_order()
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
    public void A_single_plugins_configuration_is_a_chain_of_one(string text, string version)
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
    [InlineData("null", false)]
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
    [InlineData("{}", "missing network name")]
    [InlineData("""{"name":"","type":"a"}""", "missing network name")]
    [InlineData("""{"name":5,"type":"a"}""", "name is not a string")]
    [InlineData("""{"name":["pods"],"type":"a"}""", "name is not a string")]
    [InlineData("""{"name":"../pods","type":"a"}""", "invalid characters found in network name")]
    [InlineData("""{"name":"pods"}""", "each plugin needs a type")]
    [InlineData("""{"name":"pods","type":""}""", "each plugin needs a type")]
    [InlineData("""{"name":"pods","type":5}""", "type is not a string")]
    [InlineData("""{"name":"pods","type":"a","cniVersion":1}""", "cniVersion is not a string")]
    [InlineData("""{"name":"pods","type":"a","cniVersion":"9.9.9"}""", "incompatible CNI versions")]
    [InlineData("""{"name":"pods","plugins":null}""", "plugins is not a list with at least one plugin")]
    [InlineData("""{"name":"pods","plugins":[]}""", "plugins is not a list with at least one plugin")]
    [InlineData("""{"name":"pods","plugins":{"type":"a"}}""", "plugins is not a list with at least one plugin")]
    [InlineData("""{"name":"pods","plugins":["a"]}""", "each plugin is a JSON object")]
    [InlineData("""{"name":"pods","plugins":[null]}""", "each plugin is a JSON object")]
    [InlineData("""{"name":"pods","plugins":[{"type":"a"},{}]}""", "each plugin needs a type")]
    public void What_no_runtime_could_use_is_refused_with_file_and_reason(string text, string words) => AssertRefused(text, words);

    [Fact]
    public void Text_that_is_no_text_is_refused_with_the_file()
    {
        AssertRefused("""{"name":"\ud800","type":"a"}""", "");
        AssertRefused("""{"name":"pods","type":"\udc00"}""", "");
        File.WriteAllBytes(_directory["b.conf"], [.. "{\"type\":\"a\",\"name\":\""u8, 0xff, .. "\"}"u8]);
        Assert.StartsWith(_directory["b.conf"],
            Assert.Throws<RuntimeException>(() => NetworkList.Load(_directory["b.conf"])).Message, StringComparison.Ordinal);
    }

    // Go's decoder takes the later one; what must not happen is a crash.
    [Theory]
    [InlineData("""{"name":"pods","name":"other","type":"a"}""")]
    [InlineData("""{"name":"pods","plugins":[{"type":"a","type":"b"}]}""")]
    public void A_key_that_comes_twice_is_no_crash(string text)
    {
        try
        {
            Assert.Contains(Load(text).Name, (string[])["pods", "other"]);
        }
        catch (RuntimeException e)
        {
            Assert.StartsWith(_directory["a.conflist"], e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told()
    {
        foreach (var path in (string[])[_directory["missing"], _directory.Path])
        {
            var refusal = Assert.Throws<RuntimeException>(() => NetworkList.Load(path));
            Assert.StartsWith($"cannot read the network configuration {path}: ", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_runtime_takes_the_first_file_in_alphabetical_order()
    {
        Directory.CreateDirectory(_directory["00-directory.conf"]);
        foreach (var name in (string[])["20-b.conf", "10-a.json", "00-notes.txt", "05-old.conflist.bak", "00-no-extension", "0.CONF"])
            File.WriteAllText(_directory[name], $$"""{"name":"n{{name}}","type":"a"}""");
        Assert.Equal("n10-a.json", NetworkList.LoadFirst(_directory.Path).Name);
        File.WriteAllText(_directory["09-c.conflist"], """{"name":"list","plugins":[{"type":"a"}]}""");
        Assert.Equal("list", NetworkList.LoadFirst(_directory.Path).Name);
        // Not the second one where the first is broken: that would be another network.
        File.WriteAllText(_directory["08-d.conf"], "{");
        Assert.Contains("08-d.conf",
            Assert.Throws<RuntimeException>(() => NetworkList.LoadFirst(_directory.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_there_is_no_configuration_it_says_what_to_do()
    {
        foreach (var path in (string[])[_directory.Path, _directory["missing"]])
        {
            var refusal = Assert.Throws<RuntimeException>(() => NetworkList.LoadFirst(path));
            Assert.StartsWith($"no network configuration in {path}", refusal.Message, StringComparison.Ordinal);
        }
    }
}
