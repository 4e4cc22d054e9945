using System.Text;
using CniBridge.Node.Cluster.Conflists;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;
using static CniBridge.Node.Tests.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

public sealed class ConflistFileTests : IDisposable
{
    readonly TemporaryDirectory _root = new(isInMemory: true);
    readonly ConflistFile _file;

    public ConflistFileTests() => _file = new ConflistFile(_root["cni/net.d/10-cni-bridge.conflist"]);

    public void Dispose() => _root.Dispose();

    static string Text(int node) => NodeConflist.Make(
        Table(Entry("node1", "192.168.1.11", $"10.244.{node}.0/24")), "node1", "the test", new ConflistSettings([], []));

    void Put(string text, string name = "10-cni-bridge.conflist")
    {
        Directory.CreateDirectory(_root["cni/net.d"]);
        File.WriteAllText(_root[$"cni/net.d/{name}"], text);
    }

    [Fact]
    public void A_new_file_and_its_directory_are_readable_by_all()
    {
        Assert.Equal(ConflistChange.Written, _file.Compare(Text(1)));
        Assert.False(Directory.Exists(_root["cni"]));
        Assert.Equal(ConflistChange.Written, _file.Write(Text(1)));

        Assert.Equal(Text(1), File.ReadAllText(_file.Path));
        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        Assert.Equal(readable, File.GetUnixFileMode(_file.Path));
        Assert.Equal([_file.Path], Directory.EnumerateFileSystemEntries(_root["cni/net.d"]));
    }

    [Fact]
    public void Only_a_changed_text_is_written()
    {
        _file.Write(Text(1));
        var inode = CniBridge.Linux.Files.SmallFile.IdentityOf(_file.Path);

        Assert.Equal(ConflistChange.None, _file.Write(Text(1)));
        Assert.Equal(inode, CniBridge.Linux.Files.SmallFile.IdentityOf(_file.Path));
        Assert.Equal(ConflistChange.Written, _file.Write(Text(2)));
        Assert.NotEqual(inode, CniBridge.Linux.Files.SmallFile.IdentityOf(_file.Path));
        Assert.Equal(Text(2), File.ReadAllText(_file.Path));
    }

    [Theory]
    [InlineData("""{"name":"podnet","plugins":[]}""")]
    [InlineData("""{"name":"podnet","managedBy":"somebody","plugins":[]}""")]
    [InlineData("""{"name":"podnet","managedBy":5,"plugins":[]}""")]
    [InlineData("""{"name":"podnet","plugins":[{"managedBy":"cni-bridge"}]}""")]
    [InlineData("")]
    [InlineData("not JSON, \"managedBy\": \"cni-bridge\"")]
    public void A_file_of_another_program_is_not_changed(string text)
    {
        Put(text);

        Assert.Equal(ConflistChange.NotOurs, _file.Write(Text(1)));
        Assert.Equal(text, File.ReadAllText(_file.Path));
    }

    [Fact]
    public void A_file_without_the_key_managedBy_belongs_to_the_user()
    {
        _file.Write(Text(1));
        Put(string.Join('\n', File.ReadAllLines(_file.Path).Where(line => !line.Contains("managedBy", StringComparison.Ordinal))));

        Assert.Equal(ConflistChange.NotOurs, _file.Write(Text(2)));
    }

    [Theory]
    [InlineData("00-flannel.conflist", true)]
    [InlineData("10-bridge.conf", true)]
    [InlineData("10-a.json", true)]
    [InlineData("10-cni-bridge.conf", true)]
    [InlineData("10-flannel.conflist", false)]
    [InlineData("00-readme.txt", false)]
    [InlineData("00-old.conflist.bak", false)]
    [InlineData("20-a.conflist", false)]
    public void A_file_that_sorts_first_is_found(string name, bool isFirst)
    {
        Assert.Null(_file.FindEarlier());
        Put("{}", name);
        Assert.Equal(isFirst ? _root[$"cni/net.d/{name}"] : null, _file.FindEarlier());
        _file.Write(Text(1));
        Assert.Equal(isFirst ? _root[$"cni/net.d/{name}"] : null, _file.FindEarlier());
    }

    // Runtimes read the directory after each change.
    [Fact]
    public void A_concurrent_reader_sees_the_old_or_the_new_file()
    {
        string[] texts = [Text(1), Text(2)];
        _file.Write(texts[0]);
        using var stop = new CancellationTokenSource();
        var (reads, wrong) = (0, new List<string>());
        var reader = new Thread(() =>
        {
            for (; !stop.IsCancellationRequested; reads++)
            {
                var found = NetworkList.LoadFirst(_root["cni/net.d"]).Text;
                if (!texts.Contains(Encoding.UTF8.GetString(found)))
                    wrong.Add(Encoding.UTF8.GetString(found));
            }
        });
        reader.Start();

        for (var i = 1; i <= 1000; i++)
            Assert.Equal(ConflistChange.Written, _file.Write(texts[i % 2]));

        stop.Cancel();
        reader.Join();
        Assert.Empty(wrong);
        Assert.InRange(reads, 10, int.MaxValue);
        Assert.Equal([_file.Path], Directory.EnumerateFileSystemEntries(_root["cni/net.d"]));
    }
}
