using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Doctor;

/// <summary>A <see cref="DoctorNode"/> with web servers in a pod and outside, and with the programs that write firewalls.</summary>
sealed class FirewallNode : IDisposable
{
    const string Outside = "lan";

    /// <summary>The connections that a pod network needs: who connects to which address.</summary>
    static readonly (string Name, string From, string Address)[] s_connections =
    [
        ("out IPv4", "pod2", "192.168.1.1"), ("out IPv6", "pod2", "[fd00:1::1]"),
        ("in IPv4", Outside, "10.244.1.2"), ("in IPv6", Outside, "[fd00:a1::2]"),
        ("host port IPv4", Outside, "192.168.1.11:8080"), ("host port IPv6", Outside, "[fd00:1::11]:8080"),
        ("node IPv4", "", "10.244.1.2"), ("node IPv6", "", "[fd00:a1::2]"),
    ];

    static readonly string[] s_kept = ["/etc/firewalld", "/etc/ufw", "/etc/default", "/var/lib/ufw", "/var/log"];

    readonly DoctorNode _node = new();

    public FirewallNode()
    {
        Requirement.Programs("busybox", "iptables-nft", "iptables-legacy");
        // The programs keep their files in these directories.
        foreach (var directory in s_kept.Where(Directory.Exists))
            _node.Node.Cover(directory);
        _node.Sh($"""
            mkdir -p /run/www
            echo page > /run/www/index.html
            ip netns exec pod1 busybox httpd -p 80 -h /run/www
            ip netns exec {Outside} busybox httpd -p 80 -h /run/www
            """);
        // A link that was just made does not answer in IPv6 for a moment.
        _node.Node.AssertReaches("fd00:1::1");
        AssertAllConnect();
    }

    public CommandResult Sh(string script) => _node.Sh(script);

    /// <summary>Returns the result of doctor with a trace of all netlink messages on standard error.</summary>
    public CommandResult TraceDoctor() => _node.Sh($"CNI_BRIDGE_DEBUG=netlink {DoctorNode.Program} doctor");

    public CommandResult Check(string pod) => _node.Check(pod);

    /// <summary>Returns the names of the connections that fail.</summary>
    /// <param name="seconds">The time after which a connection counts as failed.</param>
    public IReadOnlyList<string> FindDead(int seconds) => [.. s_connections.AsParallel().AsOrdered()
        .Where(connection => !Connects(connection.From, connection.Address, seconds)).Select(connection => connection.Name)];

    public void AssertAllConnect() => Assert.Empty(FindDead(seconds: 20));

    bool Connects(string from, string address, int seconds)
    {
        string[] command = ["timeout", $"{seconds}", "busybox", "wget", "-q", "-O", "/dev/null", $"http://{address}/"];
        var result = from.Length == 0 ? _node.Node.Run(command[0], command[1..]) : _node.Node.InPod(from, command[0], command[1..]);
        return result.ExitCode == 0;
    }

    /// <summary>Returns the findings of doctor; status must agree with them.</summary>
    public IReadOnlyList<JsonElement> Examine()
    {
        var findings = _node.Examine();
        var hasErrors = findings.Any(finding => finding.GetProperty("severity").GetString() == "error");
        Assert.Equal(hasErrors ? 2 : 0, _node.Run("status").ExitCode);
        return findings;
    }

    public void StartFirewalld(string backend)
    {
        Requirement.Programs("firewalld", "firewall-cmd", "dbus-daemon");
        Sh($"""
            sed -i 's/^FirewallBackend=.*/FirewallBackend={backend}/' /etc/firewalld/firewalld.conf
            mkdir -p /run/dbus /run/firewalld
            dbus-daemon --system --fork
            firewalld --nopid
            for attempt in $(seq 300); do if firewall-cmd --state >/dev/null 2>&1; then exit 0; fi; sleep 0.1; done
            cat /var/log/firewalld; exit 1
            """);
    }

    public void StartUfw()
    {
        Requirement.Programs("ufw");
        Sh("ufw --force enable");
    }

    public void Dispose() => _node.Dispose();
}
