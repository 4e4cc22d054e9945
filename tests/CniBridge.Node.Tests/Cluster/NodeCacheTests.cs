using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;
using static CniBridge.Node.Tests.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

public sealed class CachedNodesTests : IDisposable
{
    readonly TemporaryDirectory _root = new();
    readonly FakeSource _source = new();

    public void Dispose() => _root.Dispose();

    sealed class FakeSource : INodeSource
    {
        /// <summary>Null: it cannot be had.</summary>
        internal NodeTable? Table { get; set; }

        public string Description => "the test";

        public NodeTable Read() => Table ?? throw new RuntimeException("nobody answers");
    }

    string CachePath => _root["lib/nodes.json"];

    NodeCache Cache => new(CachePath);

    [Fact]
    public void What_was_read_is_there_when_the_source_is_not()
    {
        _source.Table = Table(Entry("node1", "192.168.1.11", "10.244.1.0/24,fd00:10:1::/64"), Entry("node2", "192.168.1.12,fd00::12"));
        var nodes = new CachedNodes(_source, Cache);
        Assert.Same(_source.Table, nodes.Read());
        Assert.Null(nodes.Warning);
        Assert.False(nodes.IsFromCache);

        // Another process, after a boot.
        var later = new CachedNodes(_source, Cache);
        var known = Texts(_source.Table);
        _source.Table = null;

        Assert.Equal(known, Texts(later.Read()));
        Assert.True(later.IsFromCache);
        Assert.StartsWith($"nobody answers; using the 2 nodes saved in {CachePath} (last change: 20", later.Warning, StringComparison.Ordinal);
        _source.Table = Table();
        Assert.Empty(later.Read().Nodes);
        Assert.Null(later.Warning);
        Assert.False(later.IsFromCache);
    }

    [Fact]
    public void Without_either_both_reasons_are_told()
    {
        var message = Assert.Throws<RuntimeException>(() => new CachedNodes(_source, Cache).Read()).Message;

        Assert.Equal($"nobody answers; there is no saved table in {CachePath}", message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\n  \"nodes\": [\n    { \"name\": \"no")]
    [InlineData("[]")]
    public void A_damaged_table_is_as_good_as_none_and_is_told_of(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(CachePath)!);
        File.WriteAllText(CachePath, text);

        var message = Assert.Throws<RuntimeException>(() => new CachedNodes(_source, Cache).Read()).Message;
        Assert.StartsWith($"nobody answers; the saved table is invalid: {CachePath} is ", message, StringComparison.Ordinal);
        _source.Table = Table(Entry("node1", "192.168.1.11"));
        new CachedNodes(_source, Cache).Read();
        _source.Table = null;

        Assert.Single(new CachedNodes(_source, Cache).Read().Nodes);
    }

    [Fact]
    public void The_same_table_is_written_once()
    {
        var table = Table(Entry("node1", "192.168.1.11"));
        Cache.Save(table);
        var time = DateTime.UnixEpoch.AddDays(20_000);
        File.SetLastWriteTimeUtc(CachePath, time);
        var cache = Cache;

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
    public void A_table_that_cannot_be_kept_is_still_the_table()
    {
        File.WriteAllText(_root["lib"], "a file where the directory should be");
        _source.Table = Table(Entry("node1", "192.168.1.11"));
        var nodes = new CachedNodes(_source, Cache);

        Assert.Same(_source.Table, nodes.Read());
        Assert.StartsWith($"cannot save the node table in {CachePath}: ", nodes.Warning, StringComparison.Ordinal);
    }
}
