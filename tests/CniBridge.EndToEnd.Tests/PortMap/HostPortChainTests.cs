using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortNode;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortTrafficTests;

namespace CniBridge.EndToEnd.Tests.PortMap;

/// <summary>Tests of host ports together with ipMasq and with other main plugins.</summary>
public sealed class HostPortChainTests
{
    [Fact]
    public void Host_ports_work_together_with_ipMasq()
    {
        using var node = HostPortNode.Of("""{"ipMasq": true, "hairpinMode": true}""", "pod", "other").WithOutside();
        node.Serve("pod", "tcp/80");
        node.Add("pod", Only(8080, 80));
        Assert.Equal($"pod {OutsideWorld.HostV4}", node.Ask(Outside, "tcp", NodeV4, 8080));
        Assert.Equal($"pod {GatewayV4}", node.Ask("pod", "tcp", NodeV4, 8080));
        Assert.StartsWith("pod ", node.Ask("other", "tcp", NodeV6, 8080), StringComparison.Ordinal);
        node.Detach("pod");
        node.Call("DEL", "pod", "[]").Succeed();
        node.AssertNothingLeft();
    }

    // The chain may have any main plugin. Here the pod is behind a separate link.
    [Fact]
    public void A_pod_that_another_plugin_attached_is_reached_as_well()
    {
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        using var node = HostPortNode.With().WithOutside();
        node.Node.AddPod("pod");
        var attached = new PluginCall
        {
            Node = node.Node,
            PluginDirectory = PluginDirectory.Go,
            Configuration = """
                {
                  "cniVersion": "0.4.0", "name": "podnet", "type": "ptp",
                  "ipam": {"type": "host-local", "subnet": "10.77.0.0/24", "routes": [{"dst": "0.0.0.0/0"}]}
                }
                """,
            ContainerId = "container-pod",
            NetworkNamespace = "/run/netns/pod",
        }.Add().Succeeded();
        node.Serve("pod", "tcp/80");

        var call = node.CallWithoutResult("ADD", "pod", Only(8080, 80), """{"cniVersion": "0.4.0"}""").WithPrevious(attached);
        Assert.Equal(attached.Json.GetRawText(), call.Succeed().Json.GetRawText());

        Assert.Equal($"pod {OutsideWorld.HostV4}", node.Ask(Outside, "tcp", NodeV4, 8080));
        Assert.StartsWith("pod ", node.Ask(TheNode, "tcp", "127.0.0.1", 8080), StringComparison.Ordinal);
        Assert.StartsWith("pod ", node.Ask("pod", "tcp", NodeV4, 8080), StringComparison.Ordinal);
        node.CallWithoutResult("CHECK", "pod", Only(8080, 80), """{"cniVersion": "0.4.0"}""").WithPrevious(attached).Succeed();
    }
}
