using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Tests.State;

public sealed class RecordsTests : IDisposable
{
    sealed record Note(RecordOwner Owner, string Text);

    static readonly RecordFormat<Note> s_format = new(
        "notes",
        note => note.Owner.FileName,
        (note, json) =>
        {
            note.Owner.Write(json);
            json.WriteString("text", note.Text);
        },
        keys => new Note(RecordOwner.Read(keys), keys.GetString("text") ?? ""));

    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    Records<Note> Records => new(s_format, _root.Path);

    static Note Of(string container, string text = "hello", string network = "pods") =>
        new(new RecordOwner(new Attachment(network, container, "eth0"), "/run/netns/one", "0:4:7"), text);

    [Fact]
    public void A_saved_record_is_read_again()
    {
        Records.Save(Of("one"));
        Records.Save(Of("two", "ü\"\\\n"));
        Assert.Equal(Of("one"), Records.TryRead(Of("one").Owner.FileName));
        Assert.Equal([Of("one"), Of("two", "ü\"\\\n")], Records.ReadAll());
        Assert.Equal(["pods,one,eth0", "pods,two,eth0"], Directory.GetFiles(_root["notes"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_record_of_any_size_is_read_whole()
    {
        var large = Of("one", new string('x', 6 << 20));
        Records.Save(large);
        Assert.Equal(large, Records.TryRead(large.Owner.FileName));
        Assert.Equal([large], Records.ReadAll());
    }

    [Fact]
    public void A_saved_record_replaces_the_former_one_and_is_deleted_once()
    {
        Records.Save(Of("one", new string('x', 10_000)));
        Records.Save(Of("one", "short"));
        Assert.Equal(Of("one", "short"), Records.TryRead("pods,one,eth0"));
        Assert.True(Records.TryDelete("pods,one,eth0"));
        Assert.False(Records.TryDelete("pods,one,eth0"));
        Assert.Null(Records.TryRead("pods,one,eth0"));
    }

    [Fact]
    public void Without_a_saved_record_none_is_read()
    {
        Assert.Null(Records.TryRead("pods,one,eth0"));
        Assert.Empty(Records.ReadAll());
        Assert.False(Records.TryDelete("pods,one,eth0"));
        Assert.False(Directory.Exists(_root["notes"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"network\":\"pods\"")]
    [InlineData("{\"network\":\"pods\",\"containerId\":\"one\"}")]
    [InlineData("{\"network\":7}")]
    [InlineData("[]")]
    [InlineData("\0\0\0\0")]
    public void An_unreadable_record_is_ignored_and_others_are_read(string torn)
    {
        Records.Save(Of("one"));
        File.WriteAllText(_root["notes/pods,torn,eth0"], torn);
        Assert.Null(Records.TryRead("pods,torn,eth0"));
        Assert.Equal([Of("one")], Records.ReadAll());
    }

    [Fact]
    public void A_directory_in_place_of_a_record_is_replaced()
    {
        Records.Save(Of("one"));
        File.CreateSymbolicLink(_root["notes/pods,two,eth0"], "/dev/zero");
        Assert.Null(Records.TryRead("pods,two,eth0"));
        Assert.Equal([Of("one")], Records.ReadAll());
        Records.Save(Of("two"));
        Assert.Equal([Of("one"), Of("two")], Records.ReadAll());
    }

    [Fact]
    public void An_unfinished_file_is_not_a_record()
    {
        Records.Save(Of("one"));
        File.Copy(_root["notes/pods,one,eth0"], _root["notes/.4711.tmp"]);
        Assert.Equal([Of("one")], Records.ReadAll());
    }

    // Otherwise GC would find nothing to remove and report success.
    [Fact]
    public void An_unreadable_directory_of_records_is_an_error()
    {
        File.CreateSymbolicLink(_root["notes"], _root["notes"]);
        Assert.Throws<CniBridge.Linux.KernelException>(() => Records.ReadAll());
    }

    [Fact]
    public void An_unfinished_file_is_deleted_with_the_record()
    {
        Records.Save(Of("one"));
        File.Copy(_root["notes/pods,one,eth0"], _root["notes/.pods,one,eth0.tmp"]);
        File.Copy(_root["notes/pods,one,eth0"], _root["notes/.pods,two,eth0.tmp"]);
        Assert.True(Records.TryDelete("pods,one,eth0"));
        Assert.Equal([".pods,two,eth0.tmp"], Directory.GetFiles(_root["notes"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Names_that_are_too_long_are_shortened_and_stay_different()
    {
        var (one, two) = (Of(new string('c', 250) + "1"), Of(new string('c', 250) + "2"));
        Records.Save(one);
        Records.Save(two);
        Assert.Equal(one, Records.TryRead(one.Owner.FileName));
        Assert.Equal(two, Records.TryRead(two.Owner.FileName));
        Assert.All(Directory.GetFiles(_root["notes"]), file => Assert.True(Path.GetFileName(file).Length < 200));
    }

    [Fact]
    public void An_owner_is_gone_if_a_namespace_with_another_cookie_has_its_path()
    {
        const string netns = "/proc/self/ns/net";
        var owner = Of("one").Owner with { Netns = netns, NetnsId = SmallFile.IdentityOf(netns)! };
        Assert.True(owner.IsAlive);
        Assert.True((owner with { NetnsCookie = NamespaceCookie.Of(netns) }).IsAlive);
        Assert.False((owner with { NetnsCookie = 1 + NamespaceCookie.Of(netns) }).IsAlive);
    }

    [Fact]
    public void The_cookie_of_the_namespace_survives_writing_and_reading()
    {
        var one = Of("one");
        one = one with { Owner = one.Owner with { NetnsCookie = ulong.MaxValue } };
        Records.Save(one);
        Assert.Equal(one, Records.TryRead(one.Owner.FileName));
    }

    [Fact]
    public void An_owner_is_alive_while_its_namespace_has_the_same_inode()
    {
        File.WriteAllText(_root["netns"], "");
        var owner = Of("one").Owner with { Netns = _root["netns"], NetnsId = SmallFile.IdentityOf(_root["netns"])! };
        Assert.True(owner.IsAlive);
        File.WriteAllText(_root["other"], "");
        File.Move(_root["other"], _root["netns"], overwrite: true);
        Assert.False(owner.IsAlive);
        File.Delete(_root["netns"]);
        Assert.False(owner.IsAlive);
        Assert.False((owner with { Netns = "", NetnsId = "" }).IsAlive);
        Assert.False((owner with { Netns = "a\0b", NetnsId = "" }).IsAlive);
    }
}
