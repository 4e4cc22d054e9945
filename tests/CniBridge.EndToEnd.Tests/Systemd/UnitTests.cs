using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Systemd;

/// <summary>Tests of conf/systemd with systemd.</summary>
public sealed class UnitTests
{
    /// <summary>The path of the program in the unit.</summary>
    const string Installed = "/usr/local/sbin/cni-bridge-agent";

    const string Copy = $"{ScratchNode.Directory}/cni-bridge-agent.service";

    static string Unit => Path.Combine(PluginDirectory.RepositoryRoot, "conf/systemd/cni-bridge-agent.service");

    [Fact]
    public void systemd_accepts_the_unit()
    {
        using var node = NewNode();

        var result = node.Run("systemd-analyze", "verify", "--man=no", Unit).Succeeded();

        Assert.Empty(result.Stdout + result.Stderr);
        // systemd would report it.
        node.WriteFile(Copy, File.ReadAllText(Unit).Replace("ProtectSystem=", "ProtectSytem=", StringComparison.Ordinal));
        Assert.Contains("ProtectSytem", node.Run("systemd-analyze", "verify", "--man=no", Copy).Stderr, StringComparison.Ordinal);
    }

    // The score is at most 10, for a service without any setting. The value is in tenths.
    [Fact]
    public void systemd_analyze_rates_the_exposure_of_the_agent_as_low()
    {
        using var node = NewNode();
        node.Run("systemd-analyze", "security", "--offline=yes", "--threshold=20", Unit).Succeeded();
        node.WriteFile(Copy, File.ReadAllText(Unit).Replace("ProtectSystem=strict", "", StringComparison.Ordinal));
        Assert.NotEqual(0, node.Run("systemd-analyze", "security", "--offline=yes", "--threshold=20", Copy).ExitCode);
    }

    [Fact]
    public void The_program_accepts_the_arguments_of_the_agent()
    {
        using var node = NewNode();
        var line = Assert.Single(File.ReadLines(Unit), line => line.StartsWith("ExecStart=", StringComparison.Ordinal));
        var words = line["ExecStart=".Length..].Split(' ');

        var help = node.Run(words[0], "--help").Succeeded().Stdout;

        Assert.All(
            words.Where(word => word.StartsWith("--", StringComparison.Ordinal)),
            word => Assert.Contains(word, help, StringComparison.Ordinal));
    }

    // systemd itself does not run in a test, but its filter can be looked up.
    [Fact]
    public void The_agent_does_nothing_that_the_unit_forbids()
    {
        Requirement.Programs("strace");
        using var node = NewNode();
        Kubernetes.Cluster.AddLan(node);
        node.WriteFile("/etc/cni/nodes.json", """
            {
              "nodes": [
                {"name": "node1", "addresses": ["192.168.1.11"], "podRanges": ["10.244.1.0/24"]},
                {"name": "node2", "addresses": ["192.168.1.12"], "podRanges": ["10.244.2.0/24"]}
              ]
            }
            """);
        const string log = $"{ScratchNode.Directory}/calls";
        const string conflist = "/etc/cni/net.d/10-cni-bridge.conflist";
        using var agent = node.Start("strace", [
            "-f", "-o", log, Installed, "--node-name", "node1", "--nodes", "/etc/cni/nodes.json",
            "--conflist", conflist]);
        agent.WaitForOutput("added: 10.244.2.0/24");
        node.Run("sh", "-c", $"until [ -e {conflist} ]; do sleep 0.01; done").Succeeded();
        node.Run("sh", "-c", "kill $(pidof cni-bridge-agent)").Succeeded();
        agent.WaitForExit().Succeeded();

        var calls = File.ReadAllLines(node.FromOutside(log)).Where(line => line.Contains('(', StringComparison.Ordinal)).ToList();

        // PID call(arguments) = result
        var names = calls.Select(line => Regex.Match(line, @"^\d+ +(\w+)\(").Groups[1].Value).Where(name => name.Length > 0).Distinct();
        Assert.Empty(names.Except(SystemCalls(node, "@system-service")));
        Assert.All(
            calls.Where(line => line.Contains(" socket(", StringComparison.Ordinal)),
            line => Assert.Matches("socket\\(AF_(NETLINK|UNIX|INET6?),", line));
        Assert.DoesNotContain(calls, line => line.Contains("PROT_WRITE|PROT_EXEC", StringComparison.Ordinal));
    }

    /// <summary>Returns the calls of a set and of the sets in it.</summary>
    static IEnumerable<string> SystemCalls(ScratchNode node, string set)
    {
        var lines = node.Run("systemd-analyze", "syscall-filter", set).Succeeded().Stdout.Split('\n', StringSplitOptions.TrimEntries)
            .Where(line => line.Length > 0 && line[0] != '#' && line != set).ToList();
        return lines.SelectMany(line => line[0] == '@' ? SystemCalls(node, line) : [line]);
    }

    /// <summary>Creates a node with the program at the path in the unit.</summary>
    static ScratchNode NewNode()
    {
        Requirement.Node("systemd-analyze");
        var node = new ScratchNode();
        node.Run("mount", "-t", "tmpfs", "tmpfs", Path.GetDirectoryName(Installed)!).Succeeded();
        node.Run("install", AgentProgram.Path, Installed).Succeeded();
        return node;
    }
}
