using System.Text;
using CniBridge.Node.Cluster.Kubernetes;

namespace CniBridge.Node.Tests.Cluster;

public sealed class KubectlLinesTests
{
    readonly KubectlLines _lines = new();

    /// <summary>Does this text, as a watch of its own or as more of the last one, tell of a change?</summary>
    bool Tells(string text, bool isNew = false)
    {
        if (isNew)
            _lines.Restart();
        return _lines.ReadChange(new MemoryStream(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Only_what_differs_from_what_was_told_is_a_change()
    {
        Assert.True(Tells("ADDED a u1 [r1] [a1]\nADDED b u2 [r2] [a2]\n", isNew: true));
        Assert.False(Tells("MODIFIED a u1 [r1] [a1]\nMODIFIED b u2 [r2] [a2]\n"));
        Assert.True(Tells("MODIFIED a u1 [r9] [a1]\n"));
        Assert.False(Tells("MODIFIED a u1 [r9] [a1]\n"));
        Assert.True(Tells("MODIFIED b u2 [r2] [a9]\n"));
        Assert.True(Tells("DELETED a u1 [r9] [a1]\n"));
        Assert.True(Tells("ADDED a u3 [r9] [a1]\n"));
    }

    [Fact]
    public void The_first_line_of_another_watch_is_a_change_whatever_it_says()
    {
        Assert.True(Tells("ADDED a u1 [] []\n", isNew: true));
        Assert.False(Tells("ADDED a u1 [] []\n"));
        Assert.True(Tells("ADDED a u1 [] []\n", isNew: true));
        Assert.False(Tells("ADDED a u1 [] []\n"));
        Assert.True(Tells("\n", isNew: true));
    }

    [Fact]
    public void A_node_that_was_deleted_between_two_watches_is_forgotten()
    {
        for (var i = 0; i < 1000; i++)
            Assert.True(Tells($"ADDED node{i} u{i} [] []\nADDED other u [] []\n", isNew: true));

        // The nodes of this watch, and those of the last one that this one did not repeat.
        Assert.InRange(_lines.Count, 2, 4);
        Assert.False(Tells("MODIFIED other u [] []\n"));
    }

    [Fact]
    public void A_node_that_was_deleted_is_forgotten()
    {
        Tells("ADDED a u1 [] []\n", isNew: true);
        Tells("ADDED a u1 [] []\n", isNew: true);
        Assert.True(Tells("DELETED a u1 [] []\n"));
        Assert.Equal(0, _lines.Count);
    }

    [Fact]
    public void Lines_may_come_in_pieces()
    {
        _lines.Restart();
        var text = Encoding.UTF8.GetBytes("ADDED a u1 [] []\nADDED b u2 [] []\n");
        var pieces = new Pieces([text], 5);

        Assert.True(_lines.ReadChange(pieces));
        Assert.Equal(20, pieces.Length);
        Assert.True(_lines.ReadChange(pieces));
        Assert.False(_lines.ReadChange(pieces));
    }

    [Fact]
    public void Half_a_line_of_a_watch_that_ended_is_not_part_of_the_next()
    {
        Tells("ADDED a u1 [] []\nDELETED a", isNew: true);

        Assert.True(Tells("ADDED a u1 [] []\n", isNew: true));
        Assert.False(Tells("MODIFIED a u1 [] []\n"));
    }

    [Fact]
    public void What_is_no_line_is_not_collected()
    {
        var endless = Enumerable.Repeat(new byte[64 * 1024], 1000);

        Assert.Throws<IOException>(() => _lines.ReadChange(new Pieces(endless, 64 * 1024)));
    }
}
