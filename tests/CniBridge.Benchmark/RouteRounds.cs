using System.Globalization;
using System.Text;

namespace CniBridge.Benchmark;

/// <summary>
/// Measures the routes of a cluster of 5,000 nodes in both families on one node: created from nothing, found complete, and created by ip,
/// which shows the time of the kernel.
/// </summary>
sealed class RouteRounds(string binDirectory, string workDirectory)
{
    internal const string Key = "routes";

    const int Nodes = 5000;

    /// <summary>The maximum number of rounds. Each creates and deletes 20,000 routes.</summary>
    internal const int MaxRounds = 20;

    const string Setup = """
        ip link add routes0 type veth peer name routes1
        ip link set routes0 up
        ip link set routes1 up
        ip address add 172.16.0.1/12 dev routes0
        ip address add fd00:1::1/64 dev routes0 nodad
        """;

    const string Flush = "ip -4 route flush proto 67; ip -6 route flush proto 67";

    string NodesFile => Path.Combine(workDirectory, "nodes.json");

    string Program => $"{Path.Combine(binDirectory, "cni-bridge")} routes";

    string Arguments => $"--nodes {NodesFile} --node-name node0 > /dev/null";

    internal void Run(int rounds, TextWriter output)
    {
        File.WriteAllText(NodesFile, Table());
        Time(Setup);
        var plan = Path.Combine(workDirectory, "plan");
        Time($"{Program} plan --nodes {NodesFile} --node-name node0 > {plan}; " +
            $"sed -n 's/^ip route //p' {plan} | sed 's/^/route /' > {plan}4; sed -n 's/^ip -6 route /route /p' {plan} > {plan}6");
        List<double> made = [], kept = [], byIp = [];
        for (var round = 0; round < rounds; round++)
        {
            made.Add(Time($"{Program} sync {Arguments}"));
            kept.Add(Time($"{Program} sync {Arguments}"));
            Time(Flush);
            byIp.Add(Time($"ip -4 -batch {plan}4; ip -6 -batch {plan}6"));
            Time(Flush);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nRoutes of {Nodes} nodes in both families"));
        output.WriteLine("                  min   median      p99");
        Write(output, "sync from nothing", made);
        Write(output, "sync, no change", kept);
        Write(output, "ip -batch", byIp);
    }

    static void Write(TextWriter output, string name, List<double> walls)
    {
        var quantiles = new Quantiles(walls);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-17}{quantiles.Min,6:0} {quantiles.Median,8:0} {quantiles[0.99],8:0}"));
    }

    /// <summary>Returns the wall time of a shell script in milliseconds.</summary>
    static double Time(string script)
    {
        using var process = new PluginProcess(["/bin/sh", "-ec", script], ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "");
        process.Start();
        var outcome = process.Finish();
        return outcome.ExitCode == 0 ? outcome.Wall : throw new BenchmarkException($"{script}: {outcome.Errors}");
    }

    static string Table()
    {
        var text = new StringBuilder("{\"nodes\": [");
        for (var i = 0; i < Nodes; i++)
        {
            text.Append(i == 0 ? "\n" : ",\n").Append(string.Create(CultureInfo.InvariantCulture,
                $"{{\"name\": \"node{i}\", \"addresses\": [\"172.16.{(i + 1) / 256}.{(i + 1) % 256}\", \"fd00:1::{i + 1:x}\"], "))
                    .Append(string.Create(
                CultureInfo.InvariantCulture, $"\"podRanges\": [\"10.{64 + (i / 256)}.{i % 256}.0/24\", \"fd00:a:{i:x}::/64\"]}}"));
        }
        return text.Append("\n]}\n").ToString();
    }
}
