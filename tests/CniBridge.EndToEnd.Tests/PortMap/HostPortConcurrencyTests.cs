using System.Globalization;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortNode;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortOwnerTests;

namespace CniBridge.EndToEnd.Tests.PortMap;

/// <summary>Tests of concurrent ADDs for host ports, and of the number of rules.</summary>
public sealed class HostPortConcurrencyTests
{
    [Fact]
    public void Twenty_concurrent_first_ADDs_get_their_ports_and_each_rule_exists_once()
    {
        using var node = HostPortNode.With(Pods(20));
        RunAtOnce(node, "ADD", 20, port: i => 8000 + i);
        Assert.Equal(20, node.Records.Count);
        Assert.Equal(20, node.Owners.Distinct().Count());
        var rules = node.Objects("rule").Count();
        var chains = node.Objects("chain").Count();
        foreach (var pod in Pods(20).Where((_, i) => i % 5 == 0))
        {
            node.Call("CHECK", pod, Only(8000 + int.Parse(pod[1..], CultureInfo.InvariantCulture), 80)).Succeed();
        }
        RunAtOnce(node, "DEL", 20, port: i => 8000 + i);
        node.AssertNothingLeft();
        node.Add("p1", s_port);
        Assert.Equal((rules, chains), (node.Objects("rule").Count(), node.Objects("chain").Count()));
    }

    [Fact]
    public void One_of_ten_concurrent_ADDs_for_a_host_port_succeeds()
    {
        using var node = HostPortNode.With([.. Pods(10), "dead"]);
        for (var round = 0; round < 3; round++)
        {
            // The owner of the last round's port is gone, so that exactly one pod takes it over.
            if (round == 2)
            {
                node.Add("dead", s_port);
                node.Node.Run("ip", "netns", "del", "dead").Succeeded();
            }
            var failed = RunAtOnce(node, "ADD", 10, port: _ => 8080);
            Assert.Equal(9, failed);
            Assert.Single(node.Owners.Where(owner => !owner.Contains("dead", StringComparison.Ordinal)).Distinct());
            Assert.Single(node.Records, record => !record.Contains("dead", StringComparison.Ordinal));
            RunAtOnce(node, "DEL", 10, port: _ => 8080);
        }
    }

    [Fact]
    public void Only_elements_grow_with_the_number_of_pods()
    {
        using var node = HostPortNode.With(Pods(5));
        node.Add("p1", s_port);
        var (chains, rules, sets) = (node.Objects("chain").Count(), node.Objects("rule").Count(), node.Objects("set").Count());
        foreach (var pod in Pods(5).Skip(1))
        {
            node.Add(pod, Only(8080, 80, "tcp", $"10.88.1.{pod[1..]}"));
        }
        Assert.Equal((chains, rules, sets), (node.Objects("chain").Count(), node.Objects("rule").Count(), node.Objects("set").Count()));
    }

    static string[] Pods(int count) => [.. Enumerable.Range(1, count).Select(number => $"p{number}")];

    /// <summary>Runs concurrent calls for pods p1, p2, … and returns the number of refused ones.</summary>
    /// <returns>The number of failed calls.</returns>
    static int RunAtOnce(HostPortNode node, string verb, int count, Func<int, int> port)
    {
        var plugin = Path.Combine(PluginDirectory.UnderTest, "portmap");
        for (var i = 1; i <= count; i++)
        {
            node.Node.WriteFile($"{Node.Directory}/in.{i}", node.Call(verb, $"p{i}", Only(port(i), 80)).Input);
        }
        var failed = node.Node.Run("sh", "-ec", $$"""
            cd {{Node.Directory}}
            rm -f failed
            export CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin CNI_COMMAND={{verb}}
            for i in $(seq {{count}}); do
              (CNI_CONTAINERID=container-p$i CNI_NETNS=/run/netns/p$i {{Shell.Quote(plugin)}} < in.$i > out.$i 2>&1 || echo $i: $(cat out.$i) >> failed) &
            done
            wait
            cat failed 2>/dev/null || true
            """).Succeeded().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(failed, line => Assert.Contains("is taken by podnet/container-p", line, StringComparison.Ordinal));
        return failed.Length;
    }
}
