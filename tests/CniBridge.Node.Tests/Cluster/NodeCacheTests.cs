using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;
using static CniBridge.Node.Tests.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

public sealed class NodeCacheTests : IDisposable
{
    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    string CachePath => _root["lib/nodes.json"];

    /// <summary>Returns the cache as another process sees it.</summary>
    NodeCache Open() => new(CachePath);

    [Fact]
    public void A_saved_table_is_loaded_by_another_process()
    {
        var table = Table(Entry("node1", "192.168.1.11", "10.244.1.0/24,fd00:10:1::/64"), Entry("node2", "192.168.1.12,fd00::12"));

        Open().Save(table);

        Assert.Equal(Texts(table), Texts(Open().TryLoad(out var changed)!));
        Assert.Matches("^20[0-9-]+ [0-9:]+ UTC$", changed);
    }

    [Fact]
    public void Without_a_saved_table_the_result_is_null()
    {
        Assert.Null(Open().TryLoad(out var changed));
        Assert.Empty(changed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\n  \"nodes\": [\n    { \"name\": \"no")]
    [InlineData("[]")]
    public void A_damaged_table_is_reported_and_replaced_by_the_next_one(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(CachePath)!);
        File.WriteAllText(CachePath, text);

        var message = Assert.Throws<RuntimeException>(() => Open().TryLoad(out _)).Message;

        Assert.StartsWith($"{CachePath} is ", message, StringComparison.Ordinal);
        Open().Save(Table(Entry("node1", "192.168.1.11")));
        Assert.Single(Open().TryLoad(out _)!.Nodes);
    }

    [Fact]
    public void The_same_table_is_written_once()
    {
        var table = Table(Entry("node1", "192.168.1.11"));
        Open().Save(table);
        var time = DateTime.UnixEpoch.AddDays(20_000);
        File.SetLastWriteTimeUtc(CachePath, time);
        var cache = Open();

        cache.Save(table);
        cache.Save(table);
        Assert.Equal(time, File.GetLastWriteTimeUtc(CachePath));
        cache.Save(Table(Entry("node1", "192.168.1.12")));

        Assert.NotEqual(time, File.GetLastWriteTimeUtc(CachePath));
        Assert.Equal([CachePath], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(CachePath)!));
        File.Delete(CachePath);
        cache.Save(Table(Entry("node1", "192.168.1.12")));
        Assert.True(File.Exists(CachePath));
    }

    [Fact]
    public void A_table_that_cannot_be_written_is_an_IO_error()
    {
        File.WriteAllText(_root["lib"], "a file where the directory should be");

        Assert.ThrowsAny<IOException>(() => Open().Save(Table(Entry("node1", "192.168.1.11"))));
    }
}
