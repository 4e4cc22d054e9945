using System.Diagnostics;
using System.Net;
using CniBridge.EndToEnd.Tests.Kubernetes.Fakes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>Tests of the agent with a faulty API server: it reports one clear sentence each, and the routes stay.</summary>
[RunsFirst]
public sealed class AgentFailureTests
{
    const string Server = "127\\.0\\.0\\.1:6443", Route = "added: 10\\.244\\.2\\.0/24";

    [Fact]
    public void A_server_of_another_authority_is_not_trusted()
    {
        using var cluster = Cluster.OfTwoNodes();
        using var other = FakeAuthority.Create("127.0.0.1");
        cluster.Node.WriteFile(Kubectl.KubeConfig, cluster.Server.CreateKubeConfig(other.ExportCertificatePem()));

        using var agent = Start(cluster);

        agent.WaitForOutput(
            $"problem: node1: the API server {Server} cannot be trusted: its certificate is not from the given certificate authority\n");
        Assert.Empty(cluster.Server.Requests);
        Assert.Contains(
            "not ready: no valid nodes from Kubernetes since the start: the API server", cluster.Readiness(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_for_another_address_is_not_trusted()
    {
        using var cluster = new Cluster();
        using var server = new FakeApiServer(cluster.Node, "127.0.0.2", certificateAddress: "127.0.0.3");
        cluster.Node.WriteFile(Kubectl.KubeConfig, server.KubeConfig);

        using var agent = Start(cluster);

        agent.WaitForOutput(
            "problem: node1: the API server 127\\.0\\.0\\.2:6443 cannot be trusted: its certificate is for another host name\n");
    }

    [Theory]
    [InlineData(
        HttpStatusCode.Unauthorized,
        "refuses: it does not accept the credentials \\(401\\): the token has expired or is of another cluster\n")]
    [InlineData(HttpStatusCode.Forbidden, "refuses: it forbids to list and watch nodes \\(403\\): grant both verbs in RBAC\n")]
    public void A_refusal_keeps_the_routes_and_ends_when_the_server_answers_again(HttpStatusCode status, string sentence)
    {
        using var cluster = Cluster.OfTwoNodes();
        using var agent = Start(cluster);
        agent.WaitForOutput(Route);

        cluster.Server.Refusal = status;
        cluster.Server.Disconnect();
        agent.WaitForOutput($"problem: node1: the API server {Server} {sentence}");
        Assert.Contains("10.244.2.0/24", cluster.Node.Run("ip", "route").Succeeded().Stdout, StringComparison.Ordinal);
        Assert.EndsWith("ready\n", cluster.Readiness(), StringComparison.Ordinal);

        cluster.Server.Refusal = null;
        agent.WaitForOutput($"solved: node1: the API server {Server} {sentence}");
    }

    [Fact]
    public void The_error_for_a_closed_port_is_one_sentence()
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Stop();

        using var agent = Start(cluster);

        agent.WaitForOutput($"problem: node1: cannot reach the API server {Server}: Connection refused\n");
    }

    // The limit is 30 s for the header of an answer, and for a whole list.
    [Theory]
    [InlineData(nameof(Silence.Complete), "did not answer in time")]
    [InlineData(nameof(Silence.AfterHalfAList), "did not finish its answer in time")]
    public void A_server_that_hangs_is_reported_at_the_deadline(string silence, string sentence)
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Silence = Enum.Parse<Silence>(silence);

        using var agent = Start(cluster);

        Assert.NotNull(agent.FindOutput($"problem: node1: the API server {Server} {sentence}\n", TimeSpan.FromSeconds(60)));
        cluster.Server.Silence = Silence.None;
        agent.WaitForOutput(Route);
    }

    // A machine that lost its power sends nothing any more. The watch is silent anyway, so only probes of TCP find it.
    [Fact]
    public void A_server_that_disappears_is_noticed_within_40_seconds()
    {
        Requirement.Programs("nft");
        using var cluster = Cluster.OfTwoNodes();
        using var agent = Start(cluster);
        agent.WaitForOutput(Route);
        cluster.Server.WaitForWatch();

        cluster.Node.Run("sh", "-ec", """
            nft 'add table inet cut; add chain inet cut input { type filter hook input priority 0; }'
            nft 'add rule inet cut input tcp dport 6443 drop; add rule inet cut input tcp sport 6443 drop'
            """).Succeeded();
        var clock = Stopwatch.StartNew();

        // The silent watch itself would last four minutes or more.
        Assert.NotNull(agent.FindOutput("problem: node1: .*API server", TimeSpan.FromSeconds(60)));
        TestContext.Current.TestOutputHelper?.WriteLine($"noticed after {clock.Elapsed}");
        cluster.Node.Run("nft", "delete", "table", "inet", "cut").Succeeded();
        agent.WaitForOutput("solved: node1: .*API server");
    }

    static RunningProcess Start(Cluster cluster) =>
        cluster.Node.Start(AgentProgram.Path, ["--kubeconfig", Kubectl.KubeConfig, "--node-name", "node1"]);
}
