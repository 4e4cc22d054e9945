using System.Diagnostics;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>Tests of the agent with an API server that uses TLS, judged by ip.</summary>
public sealed class AgentTests
{
    static readonly string[] s_source = ["--kubeconfig", Kubectl.KubeConfig, "--node-name", "node1"];

    /// <summary>
    /// The longest time from the change of a node to the change in the kernel. The fastest of several changes counts on a busy machine.
    /// </summary>
    static readonly TimeSpan s_promise = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A time limit that is long enough for a busy machine and shorter than the 30 seconds between full comparisons of the agent.
    /// </summary>
    static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_plan_is_made_from_the_output_of_kubectl_without_an_agent()
    {
        using var cluster = Cluster.OfTwoNodes();
        var list = Kubectl.Run(cluster.Node, "get", "nodes", "-o", "json").Succeeded().Stdout;

        var plan = cluster.Node.Run(
            Path.Combine(PluginDirectory.UnderTest, "cni-bridge"),
            ["routes", "plan", "--format", "json", "--nodes", "-", "--node-name", "node1"], list).Succeeded();

        Assert.Contains("10.244.2.0/24", plan.Stdout, StringComparison.Ordinal);
        Assert.Contains("192.168.1.12", plan.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("10.244.1.0/24", plan.Stdout, StringComparison.Ordinal);
        Assert.Empty(PeerRoutes.Of(cluster.Node));
    }

    [Fact]
    public void Routes_follow_added_changed_and_deleted_nodes()
    {
        using var cluster = Cluster.OfTwoNodes();
        using var agent = StartAgent(cluster, s_source);
        WaitForRoutes(cluster, TimeSpan.FromSeconds(20), "10.244.2.0/24 via 192.168.1.12");
        WaitForWatch(cluster);

        cluster.Server.Nodes.Put("node3", "192.168.1.13", "10.244.3.0/24");
        var coming = WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12", "10.244.3.0/24 via 192.168.1.13");
        cluster.Server.Nodes.Put("node3", "192.168.1.14", "10.244.4.0/24");
        var changing = WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12", "10.244.4.0/24 via 192.168.1.14");
        cluster.Server.Nodes.Delete("node2");
        var leaving = WaitForRoutes(cluster, s_soon, "10.244.4.0/24 via 192.168.1.14");

        TimeSpan[] times = [coming, changing, leaving];
        Assert.InRange(times.Min(), TimeSpan.Zero, s_promise);
    }

    // The watch reports the same node repeatedly, as for kubelets that report their health.
    [Fact]
    public void A_status_report_of_a_node_changes_nothing()
    {
        using var cluster = Cluster.OfTwoNodes();
        using var agent = StartAgent(cluster, s_source);
        WaitForRoutes(cluster, TimeSpan.FromSeconds(20), "10.244.2.0/24 via 192.168.1.12");
        WaitForWatch(cluster);
        var lists = Lists(cluster);

        for (var i = 0; i < 20; i++)
        {
            cluster.Server.Nodes.Put("node2", "192.168.1.12", "10.244.2.0/24");
        }

        cluster.Server.Nodes.Put("node3", "192.168.1.13", "10.244.3.0/24");
        WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12", "10.244.3.0/24 via 192.168.1.13");
        // The watch reported the third node, so no further list was needed.
        Assert.Equal(lists, Lists(cluster));
        Assert.Equal(1, Count(agent, "info: 2 nodes from Kubernetes"));
        Assert.Equal(1, Count(agent, "info: 3 nodes from Kubernetes"));
    }

    [Fact]
    public void Routes_are_maintained_while_the_API_server_is_down()
    {
        using var cluster = Cluster.OfTwoNodes();
        using var agent = StartAgent(cluster, s_source);
        WaitForRoutes(cluster, TimeSpan.FromSeconds(20), "10.244.2.0/24 via 192.168.1.12");

        cluster.Server.Stop();
        cluster.Server.Nodes.Delete("node2");
        cluster.Server.Nodes.Put("node3", "192.168.1.13", "10.244.3.0/24");
        cluster.Node.Run("ip", "route", "delete", "10.244.2.0/24").Succeeded();
        WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12");

        cluster.Server.Start();
        WaitForRoutes(cluster, TimeSpan.FromSeconds(55), "10.244.3.0/24 via 192.168.1.13");
    }

    // A node that starts while the API server is down uses the last good table on disk.
    [Fact]
    public void An_agent_that_starts_without_the_API_server_uses_the_last_nodes()
    {
        using var cluster = Cluster.OfTwoNodes();
        using (var first = StartAgent(cluster, s_source))
        {
            WaitForRoutes(cluster, TimeSpan.FromSeconds(20), "10.244.2.0/24 via 192.168.1.12");
            Wait(s_soon, () => cluster.Node.Files("/var/lib/cni-bridge").Contains("nodes.json"), "nodes.json was not kept");
            Assert.Contains(
                "\"source\": \"Kubernetes\"", cluster.Node.Run("cat", "/var/lib/cni-bridge/nodes.json").Stdout, StringComparison.Ordinal);
        }

        cluster.Server.Stop();
        cluster.Node.Run("ip", "route", "flush", "proto", "67").Succeeded();
        Assert.Empty(PeerRoutes.Of(cluster.Node));

        using var second = StartAgent(cluster, s_source);
        WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12");
        cluster.Server.Nodes.Delete("node2");
        cluster.Server.Start();
        WaitForRoutes(cluster, TimeSpan.FromSeconds(55));
    }

    // The container has only one capability and cannot get more.
    [Fact]
    public void The_agent_of_the_manifest_needs_NET_ADMIN_and_nothing_else()
    {
        Requirement.Programs("setpriv");
        using var cluster = Cluster.OfTwoNodes();
        var arguments = cluster.AgentArguments().ConvertAll(argument => argument
            .Replace("=/etc/cni-bridge/kubeconfig", "=" + Kubectl.KubeConfig, StringComparison.Ordinal));
        const string conflist = "10-cni-bridge.conflist";
        string[] privileges = ["--bounding-set", "-all,+net_admin", "--inh-caps", "-all", "--no-new-privs"];

        using (var agent = cluster.Node.Start(
            "setpriv", [.. privileges, AgentProgram.Path, .. arguments], new Dictionary<string, string> { ["NODE_NAME"] = "node1" }))
        {
            WaitForRoutes(cluster, TimeSpan.FromSeconds(20), "10.244.2.0/24 via 192.168.1.12");
            Wait(s_soon, () => cluster.Node.Files("/etc/cni/net.d").Contains(conflist), $"there is no {conflist}\n{agent.Output}");
        }

        var text = File.ReadAllText(cluster.Node.FromOutside($"/etc/cni/net.d/{conflist}"));
        Assert.Contains("10.244.1.0/24", text, StringComparison.Ordinal);
        Assert.Contains(cluster.Setting("clusterCIDR"), text, StringComparison.Ordinal);
        cluster.Node.Run("ip", "route", "flush", "proto", "67").Succeeded();
        using var without = cluster.Node.Start("setpriv", [
            "--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs", AgentProgram.Path, .. s_source]);
        without.WaitForOutput("operation not permitted");
        Assert.Empty(PeerRoutes.Of(cluster.Node));
    }

    // The root contains only the two files of the image and the mounts of the manifest: no shell, no home, no /tmp. Everything is
    // read-only.
    [Fact]
    public void The_agent_runs_in_its_image()
    {
        Requirement.Programs("setpriv", "chroot");
        using var cluster = Cluster.OfTwoNodes();
        var root = Image.BuildAndMount(cluster.Node);
        cluster.Node.Bind(root, root);
        foreach (var directory in new[] { "/proc", "/dev", "/etc/cni/net.d", "/var/lib/cni-bridge" })
        {
            cluster.Node.Run("mkdir", "-p", root + directory).Succeeded();
            cluster.Node.Bind(directory, root + directory);
        }

        cluster.Node.Run("mkdir", "-p", $"{root}/etc/cni-bridge").Succeeded();
        cluster.Node.Run("cp", Kubectl.KubeConfig, $"{root}/etc/cni-bridge/kubeconfig").Succeeded();
        cluster.Node.Run("mount", "-o", "remount,bind,ro", root).Succeeded();

        using var agent = cluster.Node.Start(
            "setpriv",
            [
                "--bounding-set", "-all,+net_admin,+sys_chroot", "--inh-caps", "-all", "--no-new-privs",
                "chroot", root, "/cni-bridge-agent", .. cluster.AgentArguments(),
            ],
            new Dictionary<string, string> { ["NODE_NAME"] = "node1", ["HOME"] = "/" });

        agent.WaitForOutput("added: 10.244.2.0/24");
        WaitForWatch(cluster);
        cluster.Server.Nodes.Put("node3", "192.168.1.13", "10.244.3.0/24");
        WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12", "10.244.3.0/24 via 192.168.1.13");
        Assert.DoesNotContain("ead-only", agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_route_of_a_node_follows_its_pod_CIDR()
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Nodes.Put("node3", "192.168.1.13");
        using var agent = StartAgent(cluster, s_source);
        WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12");

        cluster.Server.Nodes.Put("node3", "192.168.1.13", "10.244.3.0/24");
        WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12", "10.244.3.0/24 via 192.168.1.13");
        cluster.Server.Nodes.Put("node3", "192.168.1.13", "10.244.9.0/24");
        WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12", "10.244.9.0/24 via 192.168.1.13");

        Assert.DoesNotContain("problem:", agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_is_created_again_with_its_name_gets_the_new_route()
    {
        using var cluster = Cluster.OfTwoNodes();
        using var agent = StartAgent(cluster, s_source);
        WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12");

        cluster.Server.Nodes.Delete("node2");
        cluster.Server.Nodes.PutLater("node2", "192.168.1.22", "10.244.7.0/24");

        WaitForRoutes(cluster, s_soon, "10.244.7.0/24 via 192.168.1.22");
    }

    [Fact]
    public void Of_two_nodes_with_one_pod_CIDR_the_older_one_gets_the_route()
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Nodes.PutLater("node0", "192.168.1.13", "10.244.2.0/24");
        using var agent = StartAgent(cluster, s_source);

        WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12");
        agent.WaitForOutput("problem: node0: the pod CIDR 10.244.2.0/24 is not used: it overlaps 10.244.2.0/24 of node2\n");
    }

    [Fact]
    public void A_pod_CIDR_outside_the_cluster_gets_no_route()
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Nodes.Put("node3", "192.168.1.13", "10.9.0.0/24");
        using var agent = StartAgent(cluster, [.. s_source, "--cluster-cidr", "10.244.0.0/16"]);

        WaitForRoutes(cluster, s_soon, "10.244.2.0/24 via 192.168.1.12");
        agent.WaitForOutput("problem: node3: the pod CIDR 10.9.0.0/24 .*10.244.0.0/16");
    }

    // kube-controller-manager assigns the pod CIDR of a node later.
    [Fact]
    public void An_agent_whose_node_has_no_pod_CIDR_yet_is_not_ready_until_it_has()
    {
        using var cluster = Cluster.OfTwoNodes();
        cluster.Server.Nodes.Put("node1", "192.168.1.11");
        using var agent = StartAgent(cluster, [.. s_source, "--conflist"]);
        agent.WaitForOutput("problem: node1: .*pod CIDR");
        Assert.Contains(
            "not ready: /etc/cni/net.d/10-cni-bridge.conflist is not written: ", cluster.Readiness(), StringComparison.Ordinal);

        cluster.Server.Nodes.Put("node1", "192.168.1.11", "10.244.1.0/24");

        Wait(s_soon, () => cluster.Readiness().EndsWith("\nready\n", StringComparison.Ordinal), "the agent is not ready");
    }

    static int Count(RunningProcess agent, string text) => agent.Output.Split(text).Length - 1;

    static int Lists(Cluster cluster) =>
        cluster.Server.Requests.Count(request => request.Path == "/api/v1/nodes" && request["watch"].Length == 0);

    static RunningProcess StartAgent(Cluster cluster, string[] arguments) => cluster.Node.Start(AgentProgram.Path, arguments);

    static void WaitForWatch(Cluster cluster) =>
        Wait(TimeSpan.FromSeconds(20), () => cluster.Server.Requests.Any(request => request["watch"].Length > 0), "no watch is open");

    static TimeSpan WaitForRoutes(Cluster cluster, TimeSpan timeout, params string[] routes)
    {
        IReadOnlyList<string> found = [];
        return Wait(
            timeout,
            () => (found = PeerRoutes.Of(cluster.Node)).SequenceEqual(routes),
            () => $"not {string.Join(", ", routes)} but {string.Join(", ", found)}");
    }

    static void Wait(TimeSpan timeout, Func<bool> isReached, string complaint) => Wait(timeout, isReached, () => complaint);

    /// <summary>Waits for a condition and returns the time that it took.</summary>
    static TimeSpan Wait(TimeSpan timeout, Func<bool> isReached, Func<string> complaint)
    {
        var clock = Stopwatch.StartNew();
        while (!isReached())
        {
            Assert.True(clock.Elapsed < timeout, $"after {clock.Elapsed}: {complaint()}");
            Thread.Sleep(50);
        }

        return clock.Elapsed;
    }
}
