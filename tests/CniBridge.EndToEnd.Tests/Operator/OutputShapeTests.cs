using System.Reflection;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests that the JSON output of commands has only members that docs/output.md describes.</summary>
public sealed class OutputShapeTests
{
    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    /// <summary>Returns the members of the examples below a heading, each with its path: pods[].addresses[]</summary>
    static HashSet<string> Documented(string heading)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("output.md")!;
        using var reader = new StreamReader(stream);
        var section = reader.ReadToEnd().Split($"\n## {heading}\n")[1].Split("\n## ")[0];
        var paths = new HashSet<string>();
        foreach (var example in section.Split("```json\n")[1..])
            Collect(JsonDocument.Parse(example.Split("```")[0]).RootElement, "", paths);
        return paths;
    }

    static void Collect(JsonElement element, string path, HashSet<string> paths)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                var inside = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
                paths.Add($"{inside} {KindOf(member.Value)}");
                Collect(member.Value, inside, paths);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Collect(item, path + "[]", paths);
        }
    }

    static string KindOf(JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? "truth" : value.ValueKind.ToString();

    /// <summary>Creates a node with a pod that has all members, a pod that ended, and a pod without records.</summary>
    static ScratchNode NewNode()
    {
        Requirement.Node();
        var node = new ScratchNode();
        var config = Configurations.With("""{"ipMasq": true}""");
        node.WriteFile("/etc/cni/net.d/10-podnet.conf", config);
        node.WriteFile("/etc/cni/net.d/20-other.conf", config.Replace("isGateway", "isGatway", StringComparison.Ordinal));
        foreach (var pod in (string[])["web", "died"])
        {
            node.AddPod(pod);
            var result = RawCall.Of(node, "ADD", config, pod)
                .With("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=" + pod).With("TRACEPARENT", "00-1-1-01")
                    .Succeed().Stdout;
            (RawCall.Of(node, "ADD", $$$"""
                {"cniVersion": "1.0.0", "name": "podnet", "type": "portmap", "prevResult": {{{result}}},
                 "runtimeConfig": {"portMappings": [{"hostPort": {{{(pod == "web" ? 81 : 82)}}}, "containerPort": 80, "hostIP": "192.0.2.1"}]}}
                """, pod) with { Plugin = "portmap" }).Succeed();
        }
        RawCall.Of(node, "ADD", config, "web").Fail(999, "duplicate");
        node.Run("sh", "-c",
            "ip netns delete died; printf 'go\\r\\neth0' > /var/lib/cni/networks/podnet/10.88.0.9; ip link add other type veth peer name " +
            "rehto; ip link set other master cni0; ip route add 10.9.0.0/16 via 10.88.0.77 proto 67").Succeeded();
        return node;
    }

    [Fact]
    public void JSON_members_are_those_of_the_documentation()
    {
        using var node = NewNode();
        (string Heading, string Words)[] commands =
        [
            ("show", "show"), ("log", "log"), ("log", "log --timing"), ("ipam", "ipam list"), ("ipam", "ipam leaks"),
                ("ipam", "ipam gc --dry-run"),
            ("status", "status"), ("conf", "conf validate"), ("conf", "conf show"), ("version", "version"),
                ("install, rollback, uninstall", "install --bin-dir /run/bin --with-conf --pod-cidr 10.3.0.0/24 --force"),
            ("install, rollback, uninstall", "uninstall --bin-dir /run/bin --dry-run --force"),
        ];
        foreach (var (heading, words) in commands)
            AssertDocumented(heading, node.Run(Program, [.. words.Split(' '), "--output", "json"]));
        node.Run("sh", "-c", "nft flush ruleset; rm -rf /var/lib/cni/networks/podnet /var/lib/cni-bridge/owners").Succeeded();
        AssertDocumented("repair", node.Run(Program, "repair", "--output", "json"));
        AssertDocumented("ipam", node.Run(Program, "ipam", "rebuild", "--output", "json"));
    }

    static void AssertDocumented(string heading, CommandResult result)
    {
        var printed = new HashSet<string>();
        Collect(result.Json, "", printed);
        Assert.NotEmpty(printed);
        Assert.True(printed.IsSubsetOf(Documented(heading)), $"{heading}: {string.Join(", ", printed.Except(Documented(heading)))}");
    }

    [Fact]
    public void Every_documented_member_of_a_pod_and_a_call_can_appear()
    {
        using var node = NewNode();
        var show = new HashSet<string>();
        Collect(node.Run(Program, "show", "--output", "json").Succeeded().Json, "", show);
        Assert.Equal(Documented("show").Order(), show.Order());
        var log = new HashSet<string>();
        Collect(node.Run(Program, "log", "--output", "json").Succeeded().Json, "", log);
        Assert.Equal(Documented("log").Where(path => path.StartsWith("operations", StringComparison.Ordinal)).Order(), log.Order());
    }
}
