using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>A node on which the Go plugins masquerade with iptables-nft, and ours take over.</summary>
static class GoFirewallNode
{
    const string Programs = $"{Node.Directory}/programs";

    public static ScratchNode Make(params string[] programs)
    {
        Requirement.Node(["nft", "iptables-nft", "ip6tables-nft", .. programs]);
        Requirement.Ipv6();
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        var node = new ScratchNode();
        node.Run("sh", "-ec", $"""
            mkdir {Programs}
            for program in iptables ip6tables; do ln -s "$(command -v $program-nft)" {Programs}/$program; done
            """).Succeeded();
        return node;
    }

    /// <summary>Returns a pod's attachment by Go with ipMasq.</summary>
    public static PluginCall Go(this ScratchNode node, string pod, string keys = "{}") => new()
    {
        Node = node,
        PluginDirectory = PluginDirectory.Go,
        Configuration = Configurations.With("""{"ipMasq": true}""", keys),
        ContainerId = $"container-{pod}",
        NetworkNamespace = node.Run("test", "-e", $"/run/netns/{pod}").ExitCode == 0 ? $"/run/netns/{pod}" : node.AddPod(pod),
        ProgramPath = $"{Programs}:{InstalledPrograms.SearchPath}",
    };

    /// <summary>Returns the same attachment with the plugins under test.</summary>
    public static PluginCall Ours(this PluginCall call) => call with { PluginDirectory = PluginDirectory.UnderTest };

    /// <summary>Returns the whole ruleset. Each object has a unique handle.</summary>
    public static string Ruleset(this Node node) =>
        node.Run("nft", "--stateless", "--handle", "list", "ruleset").Succeeded().Stdout;

    /// <summary>Returns IPv4's table nat as iptables prints it.</summary>
    public static string Iptables(this Node node) => node.Run("iptables-nft", "-t", "nat", "-S").Succeeded().Stdout;

    public static JsonElement Added(this PluginCall call) => call.Add().Succeeded().Json;
}
