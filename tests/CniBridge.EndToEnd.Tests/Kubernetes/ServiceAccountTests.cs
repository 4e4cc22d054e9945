using CniBridge.EndToEnd.Tests.Kubernetes.Fakes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>Tests of the agent before services work, with the credentials of its service account.</summary>
public sealed class ServiceAccountTests
{
    const string Account = "/run/secrets/kubernetes.io/serviceaccount";

    // With the agent's one capability, and the address in conf/kubernetes/kubeconfig. The kubelet sets the address of a service in every
    // container, which must not be asked.
    [Fact]
    public void The_API_server_is_reached_without_a_service()
    {
        Requirement.Programs("setpriv");
        using var cluster = new Cluster();
        const string kubeConfig = $"{ScratchNode.Directory}/agent";
        cluster.Node.WriteFile(kubeConfig, cluster.Setting("kubeconfig"));
        var server = new Uri(GetServer(cluster.Node, kubeConfig));
        Assert.Equal("https", server.Scheme);
        Assert.Equal(FakeApiServer.Port, server.Port);
        cluster.Node.Run("ip", "address", "add", $"{server.Host}/32", "dev", "lo").Succeeded();
        using var api = new FakeApiServer(cluster.Node, server.Host);
        WriteAccount(cluster.Node, api);
        api.Nodes.Put("node1", "192.168.1.11", "10.244.1.0/24");

        using var agent = cluster.Node.Start(
            "setpriv",
            [
                "--bounding-set", "-all,+net_admin", "--inh-caps", "-all", "--no-new-privs", AgentProgram.Path,
                "--kubeconfig", kubeConfig, "--node-name", "node1",
            ],
            ServiceAt("10.96.0.1", 443));

        agent.WaitForOutput("info: 1 nodes from Kubernetes");
        Assert.All(api.Requests, request => Assert.Equal("Bearer token-of-the-agent", request.Authorization));
    }

    // Without an option the agent uses the files that Kubernetes gives to each pod.
    [Fact]
    public void A_pod_needs_no_kubeconfig()
    {
        using var cluster = Cluster.OfTwoNodes();
        WriteAccount(cluster.Node, cluster.Server);

        using var agent = cluster.Node.Start(AgentProgram.Path, ["--node-name", "node1"], ServiceAt("127.0.0.1", FakeApiServer.Port));

        agent.WaitForOutput("added: 10.244.2.0/24");
        cluster.Server.WaitForWatch();
        Assert.All(cluster.Server.Requests, request => Assert.Equal("Bearer token-of-the-agent", request.Authorization));
        // The kubelet renews the token, and the next request has the new one.
        cluster.Node.WriteFile($"{Account}/token", "another-token");
        cluster.Server.Disconnect();
        Wait.Until(
            () => cluster.Server.Requests.Any(request => request.Authorization == "Bearer another-token"), TimeSpan.FromSeconds(30), () =>
                agent.Output);
    }

    [Fact]
    public void Outside_of_a_pod_a_source_is_required()
    {
        using var cluster = new Cluster();

        var result = cluster.Node.Run(AgentProgram.Path, ["--node-name", "node1"], "");

        Assert.Equal(
            (1, "cni-bridge-agent: no source of the nodes: this is not a pod with a service account, so give --kubeconfig FILE or " +
                "--nodes FILE\n"),
            (result.ExitCode, result.Stderr));
    }

    static void WriteAccount(ScratchNode node, FakeApiServer api)
    {
        node.WriteFile($"{Account}/ca.crt", api.AuthorityPem);
        node.WriteFile($"{Account}/token", "token-of-the-agent");
    }

    static Dictionary<string, string> ServiceAt(string host, int port) => new()
    {
        ["KUBERNETES_SERVICE_HOST"] = host,
        ["KUBERNETES_SERVICE_PORT"] = $"{port}",
    };

    static string GetServer(ScratchNode node, string kubeConfig) => node.Run(
        "kubectl", "--kubeconfig", kubeConfig, "config", "view", "-o", "jsonpath={.clusters[0].cluster.server}").Succeeded().Stdout.Trim();
}
