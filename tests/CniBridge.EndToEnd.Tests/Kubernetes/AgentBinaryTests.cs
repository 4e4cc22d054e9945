using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>Tests of the published agent: one static program that reads no library configuration of the node.</summary>
public sealed class AgentBinaryTests
{
    const int MaxBytes = 16 * 1024 * 1024;

    [Fact]
    public void The_agent_needs_no_other_file()
    {
        Requirement.Programs("file", "readelf");

        Assert.Matches("ELF 64-bit .*static(ally|-pie) linked", Run("file", AgentProgram.Path));
        Assert.DoesNotContain("INTERP", Run("readelf", "-lW", AgentProgram.Path), StringComparison.Ordinal);
        Assert.DoesNotContain("NEEDED", Run("readelf", "-dW", AgentProgram.Path), StringComparison.Ordinal);
        Assert.InRange(new FileInfo(AgentProgram.Path).Length, 1, MaxBytes);
    }

    // openssl.cnf may name a module that the static OpenSSL does not have, and nsswitch.conf names libraries for another glibc.
    [Fact]
    public void The_agent_loads_no_library_that_the_node_configures()
    {
        Requirement.Programs("strace");
        using var cluster = Cluster.OfTwoNodes();
        cluster.Node.WriteFile("/etc/cni/nsswitch.conf", "hosts: mymachines resolve [!UNAVAIL=return] files\n");
        cluster.Node.Bind("/etc/cni/nsswitch.conf", "/etc/nsswitch.conf");
        cluster.Node.WriteFile("/etc/cni/config", cluster.Server.KubeConfig.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        const string trace = $"{ScratchNode.Directory}/trace";

        using var agent = cluster.Node.Start("strace", [
            "-f", "-qq", "-e", "trace=open,openat", "-o", trace, AgentProgram.Path, "--kubeconfig", "/etc/cni/config", "--node-name",
                "node1"]);

        // The name is resolved, and TLS has compared it with the certificate.
        agent.WaitForOutput("the API server localhost:6443 cannot be trusted: its certificate is for another host name");
        var files = File.ReadAllText(cluster.Node.FromOutside(trace));
        Assert.Contains("\"/etc/hosts\"", files, StringComparison.Ordinal);
        Assert.DoesNotContain("openssl.cnf", files, StringComparison.Ordinal);
        Assert.DoesNotContain(".so", files, StringComparison.Ordinal);
    }

    [Fact]
    public void The_documentation_names_every_option()
    {
        var text = File.ReadAllText(Path.Combine(PluginDirectory.RepositoryRoot, "docs/cluster.md"));
        var options = Run(AgentProgram.Path, "--help").Split(' ', '\n').Where(word => word.StartsWith("--", StringComparison.Ordinal))
            .Select(word => word.TrimEnd(',', '.', ':')).Except(["--help", "--version"]).Distinct().ToList();

        Assert.InRange(options.Count, 8, 20);
        Assert.DoesNotContain(options, option => !text.Contains(option, StringComparison.Ordinal));
    }

    static string Run(string program, params string[] arguments)
    {
        using var process = new RunningProcess(program, arguments);
        process.FinishInput();
        return process.WaitForExit().Succeeded().Stdout;
    }
}
