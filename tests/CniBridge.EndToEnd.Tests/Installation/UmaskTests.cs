using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>Tests of the caller's umask, 077 on hardened nodes: it changes the mode of no file and no directory.</summary>
public sealed class UmaskTests
{
    // The script runs all commands that create files with the umask, and then lists the files with their modes.
    const string Script = """
        set -e
        program=$1 agent=$2
        umask $3
        "$program" install --with-conf --pod-cidr 10.244.1.0/24 --host-integration --bin-dir /opt/cni/new/bin
        "$program" conf init --nodes /run/node/nodes.json --node-name node1 --path /etc/cni/other/net.d/20-other.conflist
        "$program" metrics --textfile /run/node/metrics.prom
        ip netns add pod
        "$program" add box pod --bin-dir /opt/cni/new/bin --conf /etc/cni/net.d/10-cni-bridge.conflist
        "$program" add pod pod --ifname eth1 --bin-dir /opt/cni/new/bin --conf /run/node/guarded.conf
        "$program" del pod pod --ifname eth1 --bin-dir /opt/cni/new/bin --conf /run/node/guarded.conf
        "$agent" --listen none --nodes /run/node/nodes.json --node-name node1 &
        until [ -e /var/lib/cni-bridge/nodes.json ]; do sleep 0.1; done
        kill $!; wait $! || true
        find /opt/cni /etc/cni /etc/sysctl.d /etc/NetworkManager /etc/systemd /var/lib/cni /var/lib/cni-bridge /run/cni-bridge /run/node/metrics.prom -printf '%p %M\n' | sort > /run/node/modes
        """;

    [Theory]
    [InlineData("077")]
    [InlineData("000")]
    [InlineData("777")]
    public void The_umask_changes_no_mode(string umask)
    {
        var usual = Modes("022");

        Assert.Equal(usual, Modes(umask));
        foreach (var mode in new[]
        {
            "/opt/cni/new/bin drwxr-xr-x", "/opt/cni/new/bin/cni-bridge -rwxr-xr-x", "/etc/cni/other/net.d drwxr-xr-x",
            "/etc/cni/other/net.d/20-other.conflist -rw-r--r--", "/var/lib/cni drwxr-xr-x", "/var/lib/cni/results drwx------",
            "/var/lib/cni-bridge/nodes.json -rw-r--r--", "/run/node/metrics.prom -rw-r--r--", "/etc/sysctl.d/90-cni-bridge.conf -rw-r--r--",
        })
        {
            Assert.Contains(mode, usual);
        }
    }

    static List<string> Modes(string umask)
    {
        using var node = WholeNode.NewNode();
        node.WriteFile("/run/node/nodes.json", """
            {"nodes": [{"name": "node1", "addresses": ["192.168.1.11"], "podRanges": ["10.244.1.0/24"]}]}
            """);
        node.WriteFile(
            "/run/node/guarded.conf", Configurations.With("""{"name": "guarded", "bridge": "br1", "macspoofchk": true, "ipMasq": true}"""));
        // A tmpfs has the mode 1777.
        node.Run("chmod", "755", "/opt/cni", "/var/lib/cni", "/var/lib/cni-bridge", "/etc/cni").Succeeded();
        node.Run("timeout", "60", "sh", "-c", Script, "sh", WholeNode.Program, AgentProgram.Path, umask).Succeeded();
        return [.. File.ReadAllLines(node.FromOutside("/run/node/modes"))];
    }
}
