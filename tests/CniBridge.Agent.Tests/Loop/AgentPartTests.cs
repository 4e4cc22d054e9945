using System.Text;
using System.Text.Json;
using CniBridge.Agent.Loop;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;
using CniBridge.Node.Tests;
using CniBridge.Node.Tests.Cluster;

namespace CniBridge.Agent.Tests.Loop;

public sealed class AgentPartTests
{
    static readonly TimeSpan s_long = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_problem_is_reported_at_its_start_and_at_its_end()
    {
        using var output = new MemoryStream();
        var log = new ProblemLog(new AgentLog(output, isJson: false));
        NodeProblem one = new("node1", "first"), other = new("node2", "second\nline\u001b[2J");
        log.Update([one]);
        log.Update([one]);
        log.Update([one, other, other]);
        log.Update([other]);
        log.Update([]);
        Assert.Equal(
            "problem: node1: first\nproblem: node2: second\\nline\\u001b[2J\n" +
            "solved: node1: first\nsolved: node2: second\\nline\\u001b[2J\n", Text(output));
    }

    [Fact]
    public void Each_event_is_a_line_of_JSON()
    {
        using var output = new MemoryStream();
        var log = new AgentLog(output, isJson: true);
        log.Information("3 nodes");
        log.Problem(new NodeProblem("node1", "a \"quoted\"\nvalue"));
        var lines = Text(output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        using var first = JsonDocument.Parse(lines[0]);
        using var second = JsonDocument.Parse(lines[1]);
        Assert.Equal(("info", "3 nodes"), (Value(first, "event"), Value(first, "text")));
        Assert.Equal(("problem", "node1", "a \"quoted\"\nvalue"), (Value(second, "event"), Value(second, "node"), Value(second, "text")));
        Assert.True(DateTime.TryParse(Value(first, "time"), null, out _));

        static string? Value(JsonDocument line, string key) => line.RootElement.GetProperty(key).GetString();
    }

    [Fact]
    public void A_trigger_set_earlier_ends_the_wait_at_once()
    {
        var trigger = new Trigger();
        trigger.Set();
        trigger.Set();
        var start = Environment.TickCount64;
        trigger.Wait(s_long);
        Assert.InRange(Environment.TickCount64 - start, 0, 10_000);
        trigger.Wait(TimeSpan.FromMilliseconds(1));
        new Thread(() => trigger.Set()).Start();
        trigger.Wait(s_long);
        trigger.Stop();
        trigger.Wait(s_long);
        trigger.WaitForStop(s_long);
        Assert.InRange(Environment.TickCount64 - start, 0, 10_000);
    }

    [Fact]
    public void The_last_good_table_stays_while_the_source_fails()
    {
        var source = new ScriptedSource();
        var trigger = new Trigger();
        var feed = new FileFeed(source, source);
        Assert.Equal((null, null), feed.Latest);
        feed.Start(trigger);
        source.Answer(() => throw new RuntimeException("no such file"));
        Assert.Equal((null, "no such file"), feed.Latest);
        var table = ShortTable.Of("node1 192.168.1.11");
        source.Answer(() => table);
        Assert.Equal((table, null), feed.Latest);
        source.Answer(() => throw new IOException("no more"));
        Assert.Equal((table, "no more"), feed.Latest);
        var next = ShortTable.Of("node2 192.168.1.11");
        source.Answer(() => next);
        Assert.Equal((next, null), feed.Latest);
        trigger.Stop();
    }

    [Fact]
    public void A_failing_source_is_retried_less_and_less_often()
    {
        var source = new ScriptedSource();
        var trigger = new Trigger();
        new FileFeed(source, source).Start(trigger);
        for (var i = 0; i < 6; i++)
            source.Answer(() => throw new RuntimeException("no"));
        source.Answer(() => ShortTable.Of());
        source.Answer(() => throw new RuntimeException("no"));
        trigger.Stop();
        Assert.Equal([1, 2, 4, 8, 16, 30, 60, 1], source.Deadlines.Take(8).Select(deadline => deadline.TotalSeconds));
    }

    // The directory is created after the agent starts, then the file, and then another file replaces it.
    [Fact]
    public void A_file_is_followed_even_if_its_directory_does_not_exist_yet()
    {
        using var directory = new TemporaryDirectory();
        var path = directory["conf/nodes.json"];
        using var changes = new FileChanges(path);
        changes.Wait(TimeSpan.FromMilliseconds(10));
        Directory.CreateDirectory(directory["conf"]);
        // The discovery of the directory is a change.
        WaitWithin(changes);
        AssertTold(changes, () => File.WriteAllText(path, "{}"));
        File.WriteAllText(path + ".new", "{ }");
        AssertTold(changes, () => File.Move(path + ".new", path, overwrite: true));
        AssertTold(changes, () => Directory.Delete(directory["conf"], recursive: true));
    }

    static void AssertTold(FileChanges changes, Action change)
    {
        changes.Wait(TimeSpan.FromMilliseconds(50));
        change();
        WaitWithin(changes);
    }

    static void WaitWithin(FileChanges changes)
    {
        var start = Environment.TickCount64;
        changes.Wait(s_long);
        Assert.InRange(Environment.TickCount64 - start, 0, 10_000);
    }

    static string Text(MemoryStream output) => Encoding.UTF8.GetString(output.ToArray());

    /// <summary>A source that is read on request of a test. The read has ended when the call returns.</summary>
    sealed class ScriptedSource : INodeSource, ISourceChanges
    {
        readonly Trigger _asked = new(), _answered = new();
        Func<NodeTable> _answer = () => throw new RuntimeException("no answer is set");

        public List<TimeSpan> Deadlines { get; } = [];
        public string Description => "a test";
        public TimeSpan Period => TimeSpan.FromSeconds(60);

        internal void Answer(Func<NodeTable> answer)
        {
            _answer = answer;
            _asked.Set();
            _answered.Wait(s_long);
        }

        public NodeTable Read()
        {
            _asked.Wait(s_long);
            return _answer();
        }

        public void Wait(TimeSpan deadline)
        {
            Deadlines.Add(deadline);
            _answered.Set();
        }
    }
}
