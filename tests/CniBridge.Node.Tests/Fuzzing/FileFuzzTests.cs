using System.Text;
using CniBridge.Linux;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Inspection;
using CniBridge.Node.Inspection.Configurations;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Node.Installation;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Operations;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Tests;
using CniBridge.Plugins.Tests.Fuzzing;

namespace CniBridge.Node.Tests.Fuzzing;

/// <summary>
/// Tests with nearly valid files of operators, runtimes and our programs: each is read, or refused in one sentence. CNI_BRIDGE_FUZZ_SEED
/// repeats one seed.
/// </summary>
public sealed class FileFuzzTests(ITestOutputHelper output) : IDisposable
{
    const int Documents = 2_500;

    readonly CniBridge.Plugins.Tests.TemporaryDirectory _directory = CniBridge.Plugins.Tests.TemporaryDirectory.InMemory();

    public void Dispose() => _directory.Dispose();

    void Run(string[] samples, Action<byte[]> read)
    {
        foreach (var seed in FuzzSeed.All)
        {
            output.WriteLine($"{FuzzSeed.Variable}={seed}");
            var fuzzer = new Fuzzer(new PseudoRandom(seed));
            var taken = 0;
            for (var i = 0; i < Documents; i++)
            {
                var document = fuzzer.Document(samples);
                var failure = Record.Exception(() => read(document));
                taken += failure is null ? 1 : 0;
                Assert.True(
                    failure is null or RuntimeException or CniException
                    || failure.IsIoFailure(), $"{failure}\n{Encoding.UTF8.GetString(document)}");
                // Errors must not contain texts of the base library.
                Assert.DoesNotContain("System.", failure?.Message ?? "", StringComparison.Ordinal);
                Assert.DoesNotContain("LineNumber", failure?.Message ?? "", StringComparison.Ordinal);
            }
            output.WriteLine($"{taken} of {Documents} taken");
            Assert.True(taken > Documents / 20, $"only {taken} taken");
        }
    }

    static readonly string[] s_networks =
    [
        """{"cniVersion":"1.0.0","cniVersions":["0.4.0","1.1.0"],"name":"pods","disableCheck":"false","disableGC":false,"loadOnlyInlinedPlugins":true,"managedBy":"x","plugins":[{"type":"bridge","bridge":"cni0","isMasq":true,"vlanTrunk":[{"id":5}],"dns":{"search":["x"]},"ipam":{"type":"host-local","dataDir":"/none","ranges":[[{"subnet":"10.1.0.0/24"}],[{"subnet":"fd00::/64"}]],"routes":[{"dst":"0.0.0.0/0"}]}},{"type":"portmap","capabilities":{"portMappings":true}},{"type":"tuning","x":{}}]}""",
        """{"cniVersion":"0.4.0","name":"one","type":"bridge","mtu":"auto","ipam":{"type":"host-local","subnet":"10.2.0.0/24"}}""",
        """{"name":"lo","type":"loopback"}""",
    ];

    [Fact]
    public void Damaged_network_files_are_read_or_refused() => Run(s_networks, text =>
    {
        // A review reports errors and never fails itself.
        Assert.Null(Record.Exception(() => ConfigurationReview.Create(text, _directory.Path)));
        File.WriteAllBytes(_directory["a.conflist"], text);
        Assert.Null(Record.Exception(() => FileReview.Create(_directory["a.conflist"], _directory.Path)));
        Assert.Null(Record.Exception(() => NetworkFile.ReadAll(_directory.Path)));
        NetworkList.Parse(text);
    });

    static readonly string[] s_nodes =
    [
        """{"clusterCidrs":["10.244.0.0/16"],"nodes":[{"name":"node1","addresses":["192.168.1.11","fd00::11"],"podRanges":["10.244.1.0/24","fd00:a1::/64"]},{"name":"node2","addresses":["192.168.1.12"],"podRanges":["10.244.2.0/24"]}]}""",
        """{"apiVersion":"v1","kind":"List","items":[{"kind":"Node","metadata":{"name":"node1","annotations":{"a":"b"}},"spec":{"podCIDR":"10.244.1.0/24","podCIDRs":["10.244.1.0/24","fd00:a1::/64"]},"status":{"addresses":[{"type":"InternalIP","address":"192.168.1.11"},{"type":"Hostname","address":"node1"}]}}]}""",
    ];

    [Fact]
    public void Damaged_node_files_are_read_or_refused() => Run(s_nodes, text =>
    {
        using var stream = new MemoryStream(text);
        var table = NodeFile.Parse(stream, "the file");
        // The agent keeps the table, and starts with it.
        var kept = NodeFile.Write(table);
        using var again = new MemoryStream(kept);
        var reread = NodeFile.Parse(again, "the kept file");
        Assert.Equal(table.Nodes.Select(node => node.Name), reread.Nodes.Select(node => node.Name));
        Assert.Equal(table.Problems, reread.Problems);
        Assert.Equal(kept, NodeFile.Write(reread));
    });

    static readonly string[] s_installations =
    [
        """{"directory":"/opt/cni/bin","version":"1","previousVersion":"0","time":"2026-01-01T00:00:00Z","unfinished":"install","original":["bridge"],"bridges":["cni0"],"stores":["/var/lib/cni/networks/pods"],"links":["eth0"],"settings":{"net/ipv4/ip_forward":"0"},"directories":["/opt/cni"]}""",
    ];

    [Fact]
    public void Damaged_installation_records_are_read_or_refused() => Run(s_installations, text =>
    {
        File.WriteAllBytes(_directory["record"], text);
        Assert.NotNull(InstallationRecord.TryLoad(_directory["record"]));
    });

    static readonly string[] s_results =
    [
        """{"kind":"cniCacheV1","containerId":"pod1","config":"e30=","ifName":"eth0","networkName":"pods","netns":"/run/netns/pod1","result":{"cniVersion":"1.0.0","interfaces":[{"name":"eth0"}],"ips":[{"address":"10.1.0.5/24","interface":0}],"dns":{}}}""",
        """{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.0.5/24"}],"routes":[{"dst":"0.0.0.0/0"}],"dns":{}}""",
    ];

    [Fact]
    public void Damaged_cached_results_are_read_or_refused() => Run(s_results, text =>
    {
        File.WriteAllBytes(_directory["pods-pod1-eth0"], text);
        if (new ResultCache(_directory.Path).TryLoad(new Attachment("pods", "pod1", "eth0")) is { } cached)
            CniResultReader.Convert(cached.Result, "1.1.0");
    });

    static readonly string[] s_operations =
    [
        """{"time":"2026-11-30T08:06:51.78Z","verb":"ADD","plugin":"bridge","network":"pods","containerId":"a","ifName":"eth0","netns":"/x","pod":"a/b","addresses":["10.1.0.5/24"],"code":5,"error":"x","microseconds":616,"phases":{"configuration":128},"trace":""}""",
    ];

    [Fact]
    public void Damaged_operation_logs_are_read_or_refused() => Run(s_operations, text =>
    {
        File.WriteAllBytes(_directory["operations.log"], [.. text, (byte)'\n']);
        var operations = new OperationLog(_directory["operations.log"]).Read();
        _ = OperationTimes.Create(operations);
    });
}
