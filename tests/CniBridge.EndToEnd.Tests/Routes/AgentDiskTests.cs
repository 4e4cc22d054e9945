namespace CniBridge.EndToEnd.Tests.Routes;

/// <summary>An agent on a node whose disks are full or read-only: the routes work, and the files are written when it is possible.</summary>
public sealed class AgentDiskTests
{
    const string Directory = "/etc/cni/net.d", Conflist = $"{Directory}/10-cni-bridge.conflist";

    [Theory]
    [InlineData("nr_inodes=1", "nr_inodes=100", "no space left on device")]
    [InlineData("ro", "rw", "read-only file system")]
    public void A_configuration_that_could_not_be_written_is_written_by_a_later_run(string faulty, string good, string reason)
    {
        using var lan = new NodeLan();
        lan.Node.Run("sh", "-ec", $"mkdir -p {Directory}; mount -t tmpfs -o {faulty} tmpfs {Directory}").Succeeded();
        using var agent = lan.StartAgent("--conflist");
        lan.AwaitRoutes(NodeLan.AllRoutes);
        agent.WaitFor($"problem: node1: .*{Directory}.*: {reason}");
        Assert.Contains($"not ready: {Conflist} is not written: ", Readiness(lan), StringComparison.Ordinal);

        lan.Node.Run("mount", "-o", $"remount,{good}", Directory).Succeeded();
        // A change of the network starts the next run, and the table stays the same.
        lan.Ip("link add run type bridge");

        agent.WaitFor($"info: wrote {Conflist}");
        agent.WaitFor($"solved: node1: .*{Directory}.*: {reason}");
        Assert.EndsWith("\nready\n", Readiness(lan), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nr_inodes=1", "nr_inodes=100", "no space left on device")]
    [InlineData("ro", "rw", "read-only file system")]
    public void A_table_that_could_not_be_saved_is_saved_by_a_later_run(string faulty, string good, string reason)
    {
        using var lan = new NodeLan();
        lan.Node.Run("sh", "-ec", $"mkdir -p /var/lib/cni-bridge; mount -t tmpfs -o {faulty} tmpfs /var/lib/cni-bridge").Succeeded();
        using var agent = lan.StartAgent();
        lan.AwaitRoutes(NodeLan.AllRoutes);
        agent.WaitFor($"problem: node1: .*/var/lib/cni-bridge.*: {reason}");

        lan.Node.Run("mount", "-o", $"remount,{good}", "/var/lib/cni-bridge").Succeeded();
        lan.Ip("link add run type bridge");

        agent.WaitFor($"solved: node1: .*/var/lib/cni-bridge.*: {reason}");
        Assert.Contains("node3", lan.Node.Run("cat", "/var/lib/cni-bridge/nodes.json").Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_of_another_program_is_replaced_after_its_removal()
    {
        using var lan = new NodeLan();
        lan.Node.WriteFile(Conflist, """{"cniVersion": "1.0.0", "name": "theirs", "plugins": [{"type": "ptp"}]}""");
        using var agent = lan.StartAgent("--conflist");
        lan.AwaitRoutes(NodeLan.AllRoutes);
        agent.WaitFor($"problem: node1: {Conflist} ");

        lan.Node.Run("rm", Conflist).Succeeded();
        lan.Ip("link add run type bridge");

        agent.WaitFor($"info: wrote {Conflist}");
        agent.WaitFor($"solved: node1: {Conflist} ");
    }

    static string Readiness(NodeLan lan) => lan.Node.Run(
        "timeout", "60", "bash", "-c", @"exec 3<>/dev/tcp/127.0.0.1/9469; printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3; cat <&3")
        .Succeeded().Stdout;
}
