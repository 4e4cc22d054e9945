using System.Globalization;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>Tests of the replacement of plugins during the creation of pods.</summary>
[RunsFirst]
public sealed class UpgradeTests
{
    const int Upgrades = 1000;

    // The loop does the work of a runtime: each call is a new process of a program by its name in the plugin directory.
    const string Pods = """
        bin=/opt/cni/bin count=0
        export CNI_CONTAINERID=box CNI_NETNS=/run/netns/pod CNI_IFNAME=eth0 CNI_PATH=$bin
        call() {
          CNI_COMMAND=$1 $bin/$2 < /run/node/$2.json > /run/node/result 2>&1 || { echo "$1 $2 failed: $(cat /run/node/result)"; exit 1; }
          count=$((count + 1))
        }
        echo started
        while [ ! -e /run/node/stop ]; do
          call ADD bridge
          call ADD host-local
          call DEL host-local
          call DEL bridge
          sleep 0.02
        done
        echo $count
        """;

    [Fact]
    public void A_thousand_upgrades_fail_no_operation()
    {
        using var node = WholeNode.NewNode("bash");
        node.AddPod("pod");
        node.WriteFile("/run/node/bridge.json", Configurations.Plain);
        node.WriteFile("/run/node/host-local.json", """
            {"cniVersion": "1.0.0", "name": "alone", "type": "host-local", "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.77.0.0/24"}]]}}
            """);
        // The program of another version is the same with one more byte.
        node.Run("sh", "-ec",
            $"cp {Shell.Quote(WholeNode.Program)} /run/node/new; cp /run/node/new /run/node/newer; echo >> /run/node/newer").Succeeded();
        node.Run("/run/node/newer", "install").Succeeded();
        using var pods = node.Start("bash", ["-c", Pods]);
        pods.WaitForOutput("started");

        var upgrades = node.Run("bash", "-c", $$"""
            SECONDS=0
            for ((i = 0; i < {{Upgrades / 2}}; i++)); do
              /run/node/new install > /run/node/installed || exit 1
              /run/node/newer install >> /run/node/installed || exit 1
              grep -c '^installed cni-bridge .*: cni-bridge$' /run/node/installed
            done | sort | uniq -c
            echo $SECONDS >&2
            """);
        node.WriteFile("/run/node/stop", "");
        var lines = pods.WaitForExit().Succeeded().Stdout.TrimEnd('\n').Split('\n');

        Assert.Equal($"{Upgrades / 2} 2", upgrades.Succeeded().Stdout.Trim());
        Assert.Equal(2, lines.Length);
        var seconds = int.Parse(upgrades.Stderr, CultureInfo.InvariantCulture);
        var calls = int.Parse(lines[1], CultureInfo.InvariantCulture);
        TestContext.Current.SendDiagnosticMessage("{0} upgrades and {1} calls in {2} s", Upgrades, calls, seconds);
        Assert.True(calls >= 200, $"{calls} calls in {seconds} s");
    }
}
