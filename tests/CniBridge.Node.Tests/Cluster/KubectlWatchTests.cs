using CniBridge.Node.Cluster.Kubernetes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Tests.Cluster;

public sealed class KubectlWatchTests
{
    [Fact]
    public void Changes_are_told_until_the_watch_ends_and_again_after_that()
    {
        using var kubectl = new ScriptedKubectl("""
            printf '%s\n' "$@" >> $here/arguments
            echo 'ADDED a u1 [r1] []'
            sleep 0.2
            echo 'MODIFIED a u1 [r1] []'
            sleep 0.2
            echo 'MODIFIED a u1 [r2] []'
            """);
        using var watch = new KubectlWatch(kubectl.Command());

        Assert.Equal([true, true, false], [watch.WaitForChange(), watch.WaitForChange(), watch.WaitForChange()]);
        Assert.Equal("", watch.Failure);
        Assert.True(watch.WaitForChange());
        var arguments = File.ReadAllLines(kubectl["arguments"]);
        Assert.Equal(2, arguments.Count(argument => argument == "get"));
        Assert.Equal(["get", "nodes", "--watch", "--output-watch-events", "-o"], arguments[..5]);
        Assert.StartsWith("jsonpath={.type} {.object.metadata.name} ", arguments[5], StringComparison.Ordinal);
    }

    [Fact]
    public void Why_a_watch_failed_is_told()
    {
        using var kubectl = new ScriptedKubectl("echo 'error: no' >&2; exit 1");
        using var watch = new KubectlWatch(kubectl.Command());

        Assert.False(watch.WaitForChange());
        Assert.Equal("kubectl failed: error: no", watch.Failure);
    }

    [Fact]
    public void A_kubectl_that_is_not_there_is_told()
    {
        using var watch = new KubectlWatch(new KubectlCommand("/nonexistent/kubectl", null, new Dictionary<string, string>()));

        Assert.Throws<RuntimeException>(() => watch.WaitForChange());
    }

    [Fact]
    public void Whoever_waits_is_told_of_the_end_and_kubectl_is_ended()
    {
        using var kubectl = new ScriptedKubectl("echo $$ > $here/pid; echo 'ADDED a u1 [] []'; exec sleep 100");
        var watch = new KubectlWatch(kubectl.Command());
        Assert.True(watch.WaitForChange());
        var answer = true;
        var waiting = new Thread(() => answer = watch.WaitForChange());
        waiting.Start();

        Assert.False(waiting.Join(TimeSpan.FromSeconds(0.3)));
        watch.Dispose();

        Assert.True(waiting.Join(TimeSpan.FromSeconds(20)));
        Assert.False(answer);
        Assert.False(Directory.Exists($"/proc/{File.ReadAllText(kubectl["pid"]).Trim()}"));
        Assert.False(watch.WaitForChange());
    }
}
