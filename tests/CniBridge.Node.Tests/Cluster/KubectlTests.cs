using System.Diagnostics;
using CniBridge.Node.Cluster.Kubernetes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Tests.Cluster;

public sealed class KubectlTests
{
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    static string Refusal(string script, TimeSpan? timeout = null)
    {
        using var kubectl = new ScriptedKubectl(script);
        return Assert.Throws<RuntimeException>(() => new Kubectl(kubectl.Command(), timeout ?? s_timeout).Read()).Message;
    }

    [Fact]
    public void What_kubectl_prints_is_the_table()
    {
        using var kubectl = new ScriptedKubectl("echo \"$@\" > $here/arguments; cat $here/list; echo warning >&2");
        File.WriteAllText(kubectl["list"], KubernetesNodesTests.List(KubernetesNodesTests.Node1));

        var table = new Kubectl(kubectl.Command(kubeconfig: "/etc/my config"), s_timeout).Read();

        Assert.Equal(["node1 192.168.1.11 10.244.1.0/24,fd00:10:1::/64"], Nodes.Texts(table));
        Assert.Equal("get nodes -o json --request-timeout=10s --kubeconfig=/etc/my config\n", File.ReadAllText(kubectl["arguments"]));
    }

    [Fact]
    public void Kubectl_is_found_in_PATH()
    {
        using var kubectl = new ScriptedKubectl("""echo '{"kind":"List","items":[{"kind":"Node","metadata":{"name":"a"}}]}'""");

        Assert.Equal("a", Assert.Single(new Kubectl(kubectl.CommandInPath(), s_timeout).Read().Nodes).Name);
    }

    [Fact]
    public void A_kubectl_that_is_not_there_says_what_to_do()
    {
        var nowhere = new Dictionary<string, string> { ["PATH"] = "/nonexistent" };

        Assert.Equal("kubectl was not found in PATH: install it, or give its path with --kubectl",
            Assert.Throws<RuntimeException>(() => new Kubectl(new("kubectl", null, nowhere), s_timeout).Read()).Message);
        Assert.Equal("could not start /nonexistent/kubectl: no such file or directory",
            Assert.Throws<RuntimeException>(() => new Kubectl(new("/nonexistent/kubectl", null, nowhere), s_timeout).Read()).Message);
    }

    // As kubectl v1.32 says it: entries of its log come before the sentence for people.
    const string Refused = """
        cat >&2 <<END
        E1121 19:37:59.750184   27523 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list"
        The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?
        END
        exit 1
        """;

    [Theory]
    [InlineData(Refused, "kubectl failed: The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?")]
    [InlineData("echo; echo 'error: x'  >&2; echo more >&2; exit 1", "kubectl failed: error: x")]
    [InlineData("echo 'E0101 only a log' >&2; exit 1", "kubectl failed: E0101 only a log")]
    [InlineData("exit 3", "kubectl failed: no error message (exit status 3)")]
    [InlineData("kill -9 $$", "kubectl failed: no error message (signal 9)")]
    [InlineData("""echo '{"kind":"List","items":[]}'; echo oops >&2; exit 1""", "kubectl failed: oops")]
    [InlineData("echo '{\"kind\":'; exit 1", "kubectl failed: no error message (exit status 1)")]
    [InlineData("true", "the output of kubectl is not valid JSON: ")]
    [InlineData("""echo '{"kind":"Status","message":"no"}'""", "the output of kubectl is not a list of nodes: it is a \"Status\" with the message \"no\"")]
    public void A_failure_is_told_in_kubectl_s_words(string script, string message) =>
        Assert.StartsWith(message, Refusal(script), StringComparison.Ordinal);

    [Fact]
    public void More_errors_than_a_pipe_holds_stop_nothing() =>
        Assert.StartsWith("kubectl failed: aaa", Refusal("head -c 500000 /dev/zero | tr '\\0' a >&2; exit 1"), StringComparison.Ordinal);

    [Theory]
    [InlineData("echo '{\"kind\":'; exec sleep 100")]
    [InlineData("exec sleep 100 >&- 2>&-")]
    [InlineData("while :; do echo ' '; sleep 0.05; done")]
    public void A_kubectl_that_hangs_is_ended(string script)
    {
        var watch = Stopwatch.StartNew();

        Assert.Equal("kubectl did not answer within 0.5 s", Refusal(script, TimeSpan.FromSeconds(0.5)));
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(10));
    }

    const string Kubelet = "/etc/kubernetes/kubelet.conf";
    const string Timeout = "--request-timeout=7s";
    const string Token = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    [Theory]
    [InlineData(null, "", Kubelet, Timeout + "--kubeconfig=" + Kubelet)]
    [InlineData(null, "", "", Timeout)]
    [InlineData("/a", "KUBECONFIG=/b", Kubelet, Timeout + "--kubeconfig=/a")]
    [InlineData(null, "KUBECONFIG=/b", Kubelet, Timeout)]
    [InlineData(null, "KUBECONFIG=", Kubelet, Timeout + "--kubeconfig=" + Kubelet)]
    [InlineData(null, "HOME=/root", Kubelet + " /root/.kube/config", Timeout)]
    [InlineData(null, "HOME=/root", Kubelet, Timeout + "--kubeconfig=" + Kubelet)]
    // In a pod kubectl may be given no option about the connection at all.
    [InlineData(null, "KUBERNETES_SERVICE_HOST=10.96.0.1", Kubelet + " " + Token, "")]
    [InlineData("/a", "KUBERNETES_SERVICE_HOST=10.96.0.1", Kubelet + " " + Token, Timeout + "--kubeconfig=/a")]
    [InlineData(null, "KUBERNETES_SERVICE_HOST=10.96.0.1", Kubelet, Timeout + "--kubeconfig=" + Kubelet)]
    [InlineData(null, "", Kubelet + " " + Token, Timeout + "--kubeconfig=" + Kubelet)]
    public void The_kubelet_s_access_is_taken_where_kubectl_knows_none(string? given, string environment, string files, string argument)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(pair => pair.Split('=')[0], pair => pair.Split('=')[1]);

        var arguments = new KubectlCommand("kubectl", given, variables)
            .ConnectionArguments(TimeSpan.FromSeconds(7), files.Split(' ').Contains);

        Assert.Equal(argument, string.Concat(arguments));
    }

    [Fact]
    public void A_cluster_without_any_node_is_not_believed() =>
        Assert.Equal("kubectl lists no nodes: check that the kubeconfig is for this cluster", Refusal("""echo '{"kind":"List","items":[]}'"""));

    [Fact]
    public void Whoever_waits_for_a_slow_kubectl_is_released()
    {
        using var kubectl = new ScriptedKubectl("echo $$ > $here/pid; exec sleep 100");
        var source = new Kubectl(kubectl.Command(), TimeSpan.FromSeconds(60));
        RuntimeException? refusal = null;
        var reader = new Thread(() => refusal = Assert.Throws<RuntimeException>(source.Read));
        reader.Start();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(kubectl["pid"]) && new FileInfo(kubectl["pid"]).Length > 0, TimeSpan.FromSeconds(20)));

        source.Dispose();

        Assert.True(reader.Join(TimeSpan.FromSeconds(20)));
        Assert.Equal("kubectl failed: no error message (signal 9)", refusal!.Message);
        Assert.False(Directory.Exists($"/proc/{File.ReadAllText(kubectl["pid"]).Trim()}"));
        Assert.Throws<RuntimeException>(source.Read);
    }
}
