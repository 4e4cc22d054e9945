using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Route;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>
/// Configuration files for host programs that would change links and settings of cni-bridge: sysctl.d(5), NetworkManager.conf(5),
/// systemd.link(5) and systemd.network(5). They take effect at the next boot, or when the program reloads.
/// </summary>
/// <param name="bridges">The names of current and future bridges of pods.</param>
public sealed class HostIntegration(IReadOnlyList<string> bridges)
{
    const string Sysctls = "/etc/sysctl.d/90-cni-bridge.conf";
    const string NetworkManager = "/etc/NetworkManager/conf.d/90-cni-bridge.conf";

    /// <summary>The first matching file by name counts, so these sort before files that match every Ethernet link.</summary>
    const string UdevLink = "/etc/systemd/network/05-cni-bridge.link", Networkd = "/etc/systemd/network/05-cni-bridge.network";

    /// <summary>Host veths are named veth and eight hexadecimal digits.</summary>
    const string HexDigit = "[0-9a-f]";

    const string Pods = "veth" + HexDigit + HexDigit + HexDigit + HexDigit + HexDigit + HexDigit + HexDigit + HexDigit;

    /// <summary>The pattern for NetworkManager, which does not support character ranges.</summary>
    const string PodsOfNetworkManager = "veth????????";

    internal static IReadOnlyList<string> Paths { get; } = [Sysctls, NetworkManager, UdevLink, Networkd];

    /// <summary>Checks for files of these names that cni-bridge did not write.</summary>
    /// <exception cref="RuntimeException">There is such a file. Nothing was changed.</exception>
    public static void RefuseOthers()
    {
        foreach (var path in Paths)
            new OwnTextFile(path).RefuseOthers();
    }

    /// <summary>Writes the files.</summary>
    /// <returns>The paths of the files that changed.</returns>
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

    /// <summary>Returns the files for the programs that the node has.</summary>
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
            # This node forwards for its pods. These lines keep forwarding on at boot and with sysctl --system.
            # net.bridge.bridge-nf-call-iptables is not set here, because cni-bridge does not need it. kube-proxy may need it: see kubeadm.

            """);
        foreach (var link in FindAdvertised())
        {
            text.Append(
                $"# The default route comes from router advertisements on {link}. " +
                "With forwarding on, the kernel accepts them only with 2.\n" +
                $"-net/ipv6/conf/{link}/accept_ra = 2\n");
        }
        text.Append("net/ipv4/ip_forward = 1\n");
        if (Sysctl.TryRead("net/ipv6/conf/all/forwarding") is not null)
            text.Append("-net/ipv6/conf/all/forwarding = 1\n");
        return text.ToString();
    }

    /// <summary>Returns the links on which the kernel learned a default route from router advertisements.</summary>
    static List<string> FindAdvertised()
    {
        using var socket = new RouteSocket();
        var names = new List<string>();
        foreach (var route in socket.ListRoutes(AddressFamily.IPv6))
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
            # Bridges of pods, gateways of their VLANs, and host veths. Apply with: systemctl reload NetworkManager

            [device-cni-bridge]
            match-device={links}interface-name:{PodsOfNetworkManager}
            managed=0

            """;
    }

    string ForUdev() => $"""
        # The MAC address of a bridge must not change, because pods have it in their neighbour tables as that of the gateway.

        [Match]
        OriginalName={Names()}

        [Link]
        MACAddressPolicy=none

        """;

    string ForNetworkd() => $"""
        # systemd-networkd would remove addresses and routes of pods. This file must sort first. Apply with: networkctl reload

        [Match]
        Name={Names()}

        [Link]
        Unmanaged=yes

        """;

    /// <summary>Returns fnmatch(3) patterns of all links.</summary>
    string Names()
    {
        var names = new StringBuilder();
        foreach (var bridge in bridges)
            names.Append($"{bridge} {bridge}.* ");
        return names + Pods;
    }
}
