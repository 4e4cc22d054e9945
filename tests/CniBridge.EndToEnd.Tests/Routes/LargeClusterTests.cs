using System.Globalization;
using System.Text;
using static CniBridge.EndToEnd.Tests.Routes.NodeLan;

namespace CniBridge.EndToEnd.Tests.Routes;

/// <summary>Tests of files with more nodes than any cluster has: no command ends with a stack trace.</summary>
[RunsFirst]
public sealed class LargeClusterTests
{
    const int Many = 300_000;

    /// <summary>Creates a LAN with node1 and others with a /28 of 10.0.0.0/8 each, in a network of this node.</summary>
    static NodeLan NewLan(int nodes)
    {
        var lan = new NodeLan();
        lan.Ip("address add 172.16.0.1/12 dev eth0");
        var text = new StringBuilder("{\"nodes\":[").Append(Node1);
        for (var i = 2; i <= nodes; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $",\n{{\"name\":\"n{i}\",");
            text.Append(CultureInfo.InvariantCulture, $"\"addresses\":[\"172.{16 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}\"],");
            text.Append(CultureInfo.InvariantCulture, $"\"podRanges\":[\"10.{i >> 12}.{(i >> 4) & 255}.{(i & 15) << 4}/28\"]}}");
        }
        lan.ReplaceFile(text.Append("]}\n").ToString());
        return lan;
    }

    [Fact]
    public void Three_hundred_thousand_nodes_are_planned_compared_and_shown()
    {
        using var lan = NewLan(Many);

        Assert.Equal(Many - 1, Count(lan.Routes("plan").Succeeded().Stdout, " via "));
        Assert.Equal(Many - 1, Count(Findings(lan, "show").Stdout, "missing"));
        Assert.Equal(Many - 1, Findings(lan, "show", "--output", "json").Json.GetProperty("routes").GetArrayLength());
        Assert.EndsWith(
            $"{Many - 1} added, 0 replaced, 0 removed, 0 unchanged (dry run)\n",
            lan.Routes("sync", "--dry-run").Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Empty(lan.OurRoutes());
    }

    // The kernel compares each new IPv4 next hop of a link with all others (fib_find_info), so that more nodes take minutes.
    [Fact]
    public void Ten_thousand_nodes_are_routed()
    {
        using var lan = NewLan(10_000);

        Assert.EndsWith(
            "9999 added, 0 replaced, 0 removed, 0 unchanged\n", lan.Routes("sync").Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Equal(9_999, lan.OurRoutes().Count);
        Assert.Equal("0 added, 0 replaced, 0 removed, 9999 unchanged\n", lan.Routes("sync").Succeeded().Stdout);
    }

    static CommandResult Findings(NodeLan lan, string verb, params string[] arguments)
    {
        var result = lan.Routes(verb, arguments);
        Assert.Equal((2, ""), (result.ExitCode, result.Stderr));
        return result;
    }

    static int Count(string text, string part) => (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length;
}
