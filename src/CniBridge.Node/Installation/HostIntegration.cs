using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Route;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>
/// Settings for the programs of a node that would change links and settings of ours: sysctl.d(5), NetworkManager.conf(5),
/// systemd.link(5) and systemd.network(5). They are read at the next boot, or when that program is told to.
/// </summary>
/// <param name="bridges">Names of bridges that pods are on, now or later.</param>
public sealed class HostIntegration(IReadOnlyList<string> bridges)
{
    const string Sysctls = "/etc/sysctl.d/90-cni-bridge.conf";
    const string NetworkManager = "/etc/NetworkManager/conf.d/90-cni-bridge.conf";

    /// <summary>Of the files that match a link the first by name counts: before those that match every Ethernet link.</summary>
    const string UdevLink = "/etc/systemd/network/05-cni-bridge.link", Networkd = "/etc/systemd/network/05-cni-bridge.network";

    /// <summary>The host's ends of pods' pairs: veth and eight hex digits.</summary>
    const string HexDigit = "[0-9a-f]";

    const string Pods = "veth" + HexDigit + HexDigit + HexDigit + HexDigit + HexDigit + HexDigit + HexDigit + HexDigit;

    /// <summary>NetworkManager knows no ranges.</summary>
    const string PodsOfNetworkManager = "veth????????";

    internal static IReadOnlyList<string> Paths { get; } = [Sysctls, NetworkManager, UdevLink, Networkd];

    /// <exception cref="RuntimeException">Somebody else has a file of one of the names: nothing is to be changed.</exception>
    public static void RefuseOthers()
    {
        foreach (var path in Paths)
            new OwnTextFile(path).RefuseOthers();
    }

    /// <returns>The paths of files that were written; those that were so already are not among them.</returns>
    public IReadOnlyList<string> Run()
    {
        var written = new List<string>();
        foreach (var (path, text) in Make())
        {
            if (new OwnTextFile(path).Write(OwnTextFile.Header + text))
                written.Add(path);
        }
        return written;
    }

    /// <summary>Only for programs that the node has.</summary>
    List<(string Path, string Text)> Make()
    {
        var files = new List<(string, string)> { (Sysctls, ForSysctl()) };
        if (Directory.Exists("/etc/NetworkManager"))
            files.Add((NetworkManager, ForNetworkManager()));
        if (Directory.Exists("/etc/systemd"))
        {
            files.Add((UdevLink, ForUdev()));
            files.Add((Networkd, ForNetworkd()));
        }
        return files;
    }

    static string ForSysctl()
    {
        var text = new StringBuilder("""
            # This node forwards for its pods: whatever applies its settings anew, at boot or with sysctl --system, leaves that on.
            # net.bridge.bridge-nf-call-iptables is not here: nothing of cni-bridge needs it; where kube-proxy does, kubeadm or you set it.

            """);
        foreach (var link in FindAdvertised())
        {
            text.Append(
                $"# The node learned its default route from a router's advertisements on {link}. A node that forwards takes those only with 2.\n" +
                $"-net/ipv6/conf/{link}/accept_ra = 2\n");
        }
        text.Append("net/ipv4/ip_forward = 1\n");
        if (Sysctl.TryRead("net/ipv6/conf/all/forwarding") is not null)
            text.Append("-net/ipv6/conf/all/forwarding = 1\n");
        return text.ToString();
    }

    /// <summary>Links on which the kernel itself listens to routers and has learned a default route.</summary>
    static List<string> FindAdvertised()
    {
        using var socket = new RouteSocket();
        var names = new List<string>();
        foreach (var route in socket.ListRoutes(isV6: true))
        {
            if (!route.IsAdvertised || route.Destination.PrefixLength != 0)
                continue;
            foreach (var index in route.Links)
            {
                if (socket.TryGetName(index) is { } name && !names.Contains(name) &&
                    Sysctl.TryRead($"net/ipv6/conf/{name}/accept_ra") is "1" or "2")
                    names.Add(name);
            }
        }
        return names;
    }

    string ForNetworkManager()
    {
        var links = new StringBuilder();
        foreach (var bridge in bridges)
            links.Append($"interface-name:={bridge};interface-name:{bridge}.*;");
        return $"""
            # Bridges of pods, gateways of their VLANs, and the node's ends of pods' links. systemctl reload NetworkManager

            [device-cni-bridge]
            match-device={links}interface-name:{PodsOfNetworkManager}
            managed=0

            """;
    }

    string ForUdev() => $"""
        # The MAC of a bridge is its pods' gateway in their neighbour tables: it stays what it was made with.

        [Match]
        OriginalName={Names()}

        [Link]
        MACAddressPolicy=none

        """;

    string ForNetworkd() => $"""
        # Before files that match every link: systemd-networkd would take addresses and routes from ours. networkctl reload

        [Match]
        Name={Names()}

        [Link]
        Unmanaged=yes

        """;

    /// <summary>Patterns of fnmatch(3).</summary>
    string Names()
    {
        var names = new StringBuilder();
        foreach (var bridge in bridges)
            names.Append($"{bridge} {bridge}.* ");
        return names + Pods;
    }
}
