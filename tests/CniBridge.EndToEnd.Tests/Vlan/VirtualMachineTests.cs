using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>Tests of the machine for VLAN tests, and of the Go plugin in it.</summary>
[Collection<VirtualMachineUsers>, UsesVirtualMachine]
public sealed class VirtualMachineTests(VlanMachine machine)
{
    const string Layer2 = """
        {"cniVersion": "1.0.0", "name": "podnet", "type": "bridge", "bridge": "cni0", "vlan": 100}
        """;

    const string Gateway = """
        {
          "cniVersion": "1.0.0", "name": "podnet", "type": "bridge", "bridge": "cni0", "vlan": 100, "isGateway": true,
          "ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}
        }
        """;

    [Fact]
    public void A_script_returns_output_error_and_exit_code()
    {
        var result = machine.Run("echo \"it's 'out'\"; echo error >&2; exit 3");

        Assert.Equal("it's 'out'\n", result.Stdout);
        Assert.Equal("error\n", result.Stderr);
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public void Long_scripts_and_outputs_arrive_completely()
    {
        var text = new string('x', 100_000);
        Assert.Equal($"{text}\n", machine.Run($"echo {text}").Stdout);
    }

    [Fact]
    public void Programs_get_arguments_input_and_variables_unchanged()
    {
        const string word = "it's \"a\" $HOME \\ `b`\n";
        var variables = new Dictionary<string, string> { ["WORD"] = word };

        var result = machine.AddNode()
            .Run("sh", ["-c", "cat; printf '%s|%s' \"$1\" \"$WORD\"; exit 4", "sh", word], word, variables);

        Assert.Equal($"{word}{word}|{word}", result.Stdout);
        Assert.Equal(4, result.ExitCode);
    }

    [Fact]
    public void Nodes_share_neither_links_nor_files()
    {
        var node = machine.AddNode();
        node.AddPod("pod");
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        var other = machine.AddNode();

        Assert.NotEmpty(node.CniFiles());
        Assert.Equal("pod", node.Run("ip", "netns").Stdout.Split()[0]);
        Assert.Empty(other.CniFiles());
        Assert.Empty(other.Run("ip", "netns").Stdout);
        Assert.Equal(["lo"], other.IpJson("link", "show").EnumerateArray().Select(Name));
        Assert.Equal("lo\n", other.Run("ls", "/sys/class/net").Stdout);
    }

    [Fact]
    public void The_plugins_under_test_serve_a_pod()
    {
        var node = machine.AddNode();
        node.AddPod("pod");
        var call = RawCall.Of(node, "ADD", Configurations.Plain);

        var added = call.Succeed();

        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
        call.With("CNI_COMMAND", "CHECK").WithPrevious(added).Succeed();
        call.With("CNI_COMMAND", "DEL").Succeed();
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void Bridges_filter_VLANs()
    {
        var node = machine.AddNode();
        node.Run("ip", "link", "add", "br0", "type", "bridge", "vlan_filtering", "1").Succeeded();

        var data = node.IpJson("link", "show", "br0")[0].GetProperty("linkinfo").GetProperty("info_data");
        Assert.Equal(1, data.GetProperty("vlan_filtering").GetInt32());
        Assert.Equal(["1 PVID Egress Untagged"], node.Vlans("br0"));
    }

    [Fact]
    public void The_Go_plugin_adds_the_host_veth_to_the_VLAN_and_keeps_the_default_one()
    {
        var node = machine.AddNode();
        var pod = GoPod(node, "pod", Layer2);

        var names = InterfaceNames(pod.Add().Succeeded().Json);

        Assert.Equal(["cni0", names[1], "eth0"], names);
        Assert.Equal(["1 PVID Egress Untagged"], node.Vlans("cni0"));
        Assert.Equal(["1 Egress Untagged", "100 PVID Egress Untagged"], node.Vlans(names[1]));
        pod.Del().Succeeded();
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void The_Go_plugin_creates_one_veth_pair_as_gateway_in_the_VLAN()
    {
        var node = machine.AddNode();
        var pods = new[] { GoPod(node, "pod", Gateway), GoPod(node, "other", Gateway) };

        var results = pods.Select(pod => pod.Add().Succeeded().Json).ToList();

        Assert.All(results, result => Assert.Equal("cni0.100", InterfaceNames(result)[3]));
        var gateway = node.IpJson("address", "show", "cni0.100");
        Assert.Equal(["10.88.0.1/24"], gateway.GlobalAddresses());
        Assert.Empty(node.IpJson("address", "show", "cni0").GlobalAddresses());
        string[] inVlan = ["1 Egress Untagged", "100 PVID Egress Untagged"];
        var ports = node.IpJson("link", "show", "master", "cni0").EnumerateArray().Select(Name).ToList();
        Assert.Equal(3, ports.Count);
        Assert.Contains(gateway[0].GetProperty("link").GetString()!, ports);
        Assert.All(ports, port => Assert.Equal(inVlan, node.Vlans(port)));
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "10.88.0.3");

        Assert.All(pods, pod => pod.Del().Succeeded());

        // Go never deletes the gateway's pair.
        Assert.Single(node.IpJson("link", "show", "cni0.100").EnumerateArray());
    }

    static PluginCall GoPod(Node node, string name, string configuration) =>
        node.Pod(name, PluginDirectory.Go) with { Configuration = configuration };

    static List<string> InterfaceNames(JsonElement result) =>
        [.. result.GetProperty("interfaces").EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];

    static string Name(JsonElement link) => link.GetProperty("ifname").GetString()!;
}
