using System.Net;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>
/// A network with DHCP: the daemon of Debian's plugin, and busybox's server on the node's bridge. Both end with the node.
/// </summary>
sealed class DhcpService : IDisposable
{
    public const string Gateway = "10.88.0.1";

    const string Files = ScratchNode.Directory;
    const string PidFile = $"{Files}/udhcpd.pid";
    const string Leases = $"{Files}/leases";

    readonly ScratchNode node;
    readonly RunningProcess? server;

    /// <param name="router">The gateway that the server offers; null for no server.</param>
    public DhcpService(ScratchNode node, string? router = Gateway)
    {
        this.node = node;
        node.Run("sh", "-ec", $"""
            ip link add {PodNetwork.Bridge} address 02:00:00:00:00:01 type bridge
            ip address add {Gateway}/24 dev {PodNetwork.Bridge}
            ip link set {PodNetwork.Bridge} up
            mkdir /run/cni
            touch {Leases}
            """).Succeeded();
        server = router is null ? null : StartServer(router);
        // The waits are short, because a test of a missing answer must end.
        Daemon = node.Start(Path.Combine(PluginDirectory.Go, "dhcp"), ["daemon", "-timeout", "2s", "-resendmax", "3s"]);
        var deadline = Environment.TickCount64 + 20_000;
        while (!File.Exists(node.FromOutside("/run/cni/dhcp.sock")))
            Assert.True(Environment.TickCount64 < deadline, "the daemon of dhcp did not make its socket");
    }

    /// <summary>The daemon of the plugin, which logs its actions.</summary>
    public RunningProcess Daemon { get; }

    public static void Require()
    {
        Requirement.Node("busybox");
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        using var applets = new RunningProcess("busybox", ["--list"]);
        if (!applets.WaitForExit().Stdout.Split('\n').Contains("udhcpd"))
            Assert.Skip("this busybox has no DHCP server");
    }

    /// <summary>Waits for numbers of running and ended leases, and returns the leased addresses.</summary>
    public IReadOnlyList<string> AwaitLeases(int running, int ended = 0)
    {
        var deadline = Environment.TickCount64 + 20_000;
        while (true)
        {
            // The server writes the leases some time after this signal. A returned lease appears as expired.
            node.Run("sh", "-ec", $"kill -USR1 $(cat {PidFile})").Succeeded();
            var list = node.Run("busybox", "dumpleases", "-f", Leases);
            var leases = list.Stdout.Split('\n').ToLookup(line => line.Contains("expired", StringComparison.Ordinal));
            string[] addresses = [.. leases[false].SelectMany(line => line.Split(' ')).Where(IsIpv4)];
            if (addresses.Length == running && leases[true].Count() == ended)
                return addresses;
            Assert.True(Environment.TickCount64 < deadline, $"there are not {running} leases and {ended} that ended: {list}");
        }
    }

    public void Dispose()
    {
        Daemon.Dispose();
        server?.Dispose();
    }

    static bool IsIpv4(string word) => word.Contains('.', StringComparison.Ordinal) && IPAddress.TryParse(word, out _);

    RunningProcess StartServer(string router)
    {
        node.WriteFile($"{Files}/udhcpd.conf", $"""
            start 10.88.0.50
            end 10.88.0.59
            max_leases 10
            interface {PodNetwork.Bridge}
            lease_file {Leases}
            pidfile {PidFile}
            option subnet 255.255.255.0
            option router {router}
            option lease 600
            option staticroutes 10.7.0.0/16 10.88.0.9

            """);
        var started = node.Start("busybox", ["udhcpd", "-f", $"{Files}/udhcpd.conf"]);
        started.WaitForOutput("started");
        return started;
    }
}
