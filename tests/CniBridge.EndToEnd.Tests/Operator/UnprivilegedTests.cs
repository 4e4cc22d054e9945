using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of commands for users other than root: an incomplete answer has exit code 1, and one line says why.</summary>
public sealed class UnprivilegedTests
{
    const string Root = "run as root to see ";

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    static CommandResult RunAsNobody(ScratchNode node, string line)
    {
        Requirement.Programs("setpriv");
        node.Run("sh", "-c", $"mkdir -p /run/node/bin && cp {Shell.Quote(Program)} /run/node/bin/").Succeeded();
        return node.Run(
            "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "/run/node/bin/cni-bridge", .. line.Split(' ')]);
    }

    static ScratchNode NewNode()
    {
        Requirement.Node("nft");
        var node = new ScratchNode();
        node.AddPod("pod");
        node.WriteFile("/etc/cni/net.d/10-podnet.conflist", """
            {"cniVersion": "1.0.0", "name": "podnet", "plugins": [
              {"type": "bridge", "isGateway": true, "ipMasq": true, "ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}}]}
            """);
        node.Run(Program, "add", "pod", "pod").Succeeded();
        return node;
    }

    [Theory]
    [InlineData("show", Root + "the interfaces inside the pods")]
    [InlineData("show --output json", Root + "the interfaces inside the pods")]
    [InlineData("pod pod", Root + "the interfaces inside the pods")]
    [InlineData("log", "permission denied (you are not root)")]
    [InlineData("ipam list", "permission denied (you are not root)")]
    [InlineData("ipam leaks", "permission denied (you are not root)")]
    [InlineData("ipam show 10.88.0.2", "permission denied (you are not root)")]
    [InlineData("ipam gc", "permission denied (you are not root)")]
    [InlineData("ipam rebuild", "run it as root")]
    [InlineData("repair", "permission denied (you are not root)")]
    [InlineData("check pod pod", "cannot read the cached result of pod: run as root")]
    [InlineData("status", Root)]
    public void An_incomplete_answer_is_an_error_with_the_reason(string line, string reason)
    {
        using var node = NewNode();

        var result = RunAsNobody(node, line);

        Assert.Equal(line == "status" ? 2 : 1, result.ExitCode);
        Assert.Contains(reason, Assert.Single(result.Stderr.TrimEnd().Split('\n')), StringComparison.OrdinalIgnoreCase);
        // The same command is complete for root.
        Assert.DoesNotContain("root", node.Run(Program, line.Split(' ')).Stderr, StringComparison.Ordinal);
    }

    // Reservations of the Go plugin are readable for all users, but not the namespaces that use their addresses.
    [Theory]
    [InlineData("ipam list", "10.88.0.9")]
    [InlineData("ipam leaks", "no addresses are proven leaked")]
    [InlineData("ipam show 10.88.0.9", "10.88.0.9")]
    public void Unchecked_namespaces_make_an_answer_about_addresses_incomplete(string line, string output)
    {
        using var node = new ScratchNode();
        node.WriteFile("/var/lib/cni/networks/podnet/10.88.0.9", "container\r\neth0");

        var result = RunAsNobody(node, line);

        var message = $"cni-bridge: you are not root: {Root}the namespaces that use the addresses too\n";
        Assert.Equal((1, message), (result.ExitCode, result.Stderr));
        Assert.Contains(output, result.Stdout, StringComparison.Ordinal);
        node.Run(Program, line.Split(' ')).Succeeded();
    }

    [Fact]
    public void Metrics_without_root_are_printed_as_incomplete()
    {
        using var node = new ScratchNode();
        var result = RunAsNobody(node, "metrics");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(Root, result.Stderr, StringComparison.Ordinal);
        Assert.Contains("cni_bridge_", result.Stdout, StringComparison.Ordinal);
    }
}
