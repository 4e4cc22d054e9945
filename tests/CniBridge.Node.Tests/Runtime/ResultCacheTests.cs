using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Tests.Runtime;

/// <summary>Tests of cached results, which libcni and we must be able to use alternately.</summary>
public sealed class ResultCacheTests : IDisposable
{
    static readonly Attachment s_attachment = new("pods", "pod1", "eth0");

    static readonly NetworkList s_list = new()
    {
        Name = "pods",
        Version = "1.0.0",
        Plugins = [],
        Text = [.. "{\"name\":\"pods\"}"u8],
    };

    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    ResultCache Cache => new(_root["results"]);

    string EntryPath => _root["results/pods-pod1-eth0"];

    [Fact]
    public void A_cache_entry_has_path_keys_and_modes_of_libcni()
    {
        Cache.Save(s_list, s_attachment, "/run/netns/pod1", """{"cniVersion":"1.0.0","ips":[]}"""u8.ToArray());
        Assert.Equal([EntryPath], Directory.EnumerateFileSystemEntries(_root["results"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(EntryPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_root["results"]));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {
              "kind": "cniCacheV1", "containerId": "pod1", "config": "eyJuYW1lIjoicG9kcyJ9", "ifName": "eth0", "networkName": "pods",
              "netns": "/run/netns/pod1", "result": {"cniVersion": "1.0.0", "ips": []}
            }
            """), JsonNode.Parse(File.ReadAllBytes(EntryPath))), File.ReadAllText(EntryPath));
    }

    [Fact]
    public void The_last_saved_result_is_loaded()
    {
        Cache.Save(s_list, s_attachment, "/old", """{"cniVersion":"0.3.0"}"""u8.ToArray());
        Cache.Save(s_list, s_attachment, "/run/netns/pod1", """{"cniVersion":"1.0.0"}"""u8.ToArray());
        var entry = Cache.TryLoad(s_attachment)!;
        Assert.Equal(("""{"cniVersion":"1.0.0"}""", "/run/netns/pod1"), (Encoding.UTF8.GetString(entry.Result), entry.NetworkNamespace));
        Assert.Null(Cache.TryLoad(s_attachment with { InterfaceName = "eth1" }));
        Cache.Remove(s_attachment);
        Assert.Null(Cache.TryLoad(s_attachment));
        Cache.Remove(s_attachment);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root["results"]));
    }

    [Theory]
    [InlineData("""{"kind":"cniCacheV1","containerId":"pod1","config":"e30=","ifName":"eth0","networkName":"pods","result":{"ips":[]}}""",
        """{"ips":[]}""")]
    [InlineData("""{"kind":"cniCacheV1","cniArgs":[["K","V"]],"capabilityArgs":{"mac":"x"},"netns":null,"result":{}}""", "{}")]
    // The oldest libcni wrote only the result.
    [InlineData("""{"cniVersion":"0.3.1","ips":[]}""", """{"cniVersion":"0.3.1","ips":[]}""")]
    [InlineData("""{"kind":"another","result":{}}""", """{"kind":"another","result":{}}""")]
    public void Results_that_libcni_wrote_are_read(string text, string result)
    {
        Write(text);
        var entry = Cache.TryLoad(s_attachment)!;
        Assert.Equal((result, ""), (Encoding.UTF8.GetString(entry.Result), entry.NetworkNamespace));
    }

    // DEL continues without it, because a damaged file must not prevent the release of an address.
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("\0\0\0\0")]
    [InlineData("""{"kind":"cniCacheV1"}""")]
    [InlineData("""{"kind":"cniCacheV1","result":null}""")]
    [InlineData("""{"kind":"cniCacheV1","kind":"cniCacheV1"}""")]
    public void An_unreadable_file_counts_as_absent(string text)
    {
        Write(text);
        Assert.Null(Cache.TryLoad(s_attachment));
    }

    [Fact]
    public void A_missing_result_is_not_a_failure()
    {
        Assert.Null(Cache.TryLoad(s_attachment));
        Cache.Remove(s_attachment);
        Assert.False(Directory.Exists(_root["results"]));
    }

    void Write(string text)
    {
        Directory.CreateDirectory(_root["results"]);
        File.WriteAllText(EntryPath, text);
    }
}
