using System.Text;
using CniBridge.Lab.Kernel;

namespace CniBridge.Lab;

/// <summary>
/// A diagram of the lab from the state of the kernel: links between machines, addresses and routes. Only the list of machines comes from
/// the lab itself.
/// </summary>
sealed class Picture
{
    readonly StringBuilder text = new();
    readonly Dictionary<string, MachineState> nodes;

    Picture(Cluster cluster)
    {
        nodes = cluster.Nodes.ToDictionary(node => node.Name, node => new MachineState(node.Node));
        var router = new MachineState(cluster.Router.Node);
        Line("", cluster.Router.Name);
        DrawPeers(router, router.Own.Links.Where(link => link.Master.Length == 0 && link.PeerIndex > 0), "│ ");
        DrawRoutes(router.Own, "│ ");
        Line("└─ ", router.Own.Find(Router.Lan).ToString());
        var ports = router.Own.PortsOf(Router.Lan);
        foreach (var port in ports)
            DrawNode(port, isLast: port == ports[^1]);
    }

    public static string Of(Cluster cluster) => new Picture(cluster).text.ToString();

    /// <summary>Draws a node. It is connected if its link and the port are peers.</summary>
    void DrawNode(LinkState port, bool isLast)
    {
        var (branch, trunk) = isLast ? ("   └─ ", "      ") : ("   ├─ ", "   │  ");
        var plugged = nodes.Where(node => node.Value.Own.Links.Any(link => link.Index == port.PeerIndex
            && link.PeerIndex == port.Index && link.Master.Length == 0 && node.Key == port.Name)).ToList();
        if (plugged.Count == 0)
        {
            Line(branch, $"{port.Name}: not connected");
            return;
        }
        var (name, state) = plugged[0];
        Line(branch, $"{name}  {state.Own.Links.First(link => link.Index == port.PeerIndex)}");
        DrawRoutes(state.Own, trunk);
        foreach (var bridge in state.Own.Links.Where(link => link.Kind == "bridge"))
        {
            Line(trunk + "└─ ", bridge.ToString());
            DrawPeers(state, state.Own.PortsOf(bridge.Name), trunk + "     ");
        }
        Line(trunk.TrimEnd(), "");
    }

    void DrawRoutes(NetworkState state, string trunk)
    {
        foreach (var route in state.Routes)
            Line(trunk, $"route {route}");
    }

    void DrawPeers(MachineState state, IEnumerable<LinkState> ports, string trunk)
    {
        foreach (var port in ports)
        {
            var peer = state.FindPeer(port);
            Line(trunk, $"{port} ─── {(peer is var (pod, link) ? $"{pod.Name}  {link}  {Defaults(pod)}" : "?")}");
        }
    }

    static string Defaults(NetworkState pod) =>
        string.Join("  ", pod.Routes.Where(route => route.StartsWith("default", StringComparison.Ordinal)));

    void Line(string lead, string content) => text.Append((lead + content).TrimEnd()).Append('\n');
}
