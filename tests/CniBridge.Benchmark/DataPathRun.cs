using System.Globalization;

namespace CniBridge.Benchmark;

/// <summary>
/// Measures the traffic of pods: TCP between two pods of the node, from a pod to a host outside behind ipMasq, and through host ports. The
/// contenders take turns. A veth pair without bridge and rules shows the limit of the machine.
/// </summary>
sealed class DataPathRun(IReadOnlyList<Contender> contenders, string workDirectory, TextWriter output)
{
    internal const string Key = "datapath";

    /// <summary>The maximum number of rounds. A round takes half a minute for each contender.</summary>
    internal const int MaxRounds = 10;

    const string OutsideAddress = "198.51.100.2";

    static readonly Scenario s_scenario = new("traffic", Key, Masquerade: true);

    /// <summary>
    /// The numbers of host ports. The last port counts, because rules may be compared one after the other. With 1000 ports, an ADD of the
    /// Go plugin takes minutes.
    /// </summary>
    static readonly int[] s_hostPorts = [1, 100];

    readonly Dictionary<(string Row, string Contender), List<double>> _values = [];

    internal void Run(int rounds)
    {
        using var outside = new PodNamespace(Path.Combine(workDirectory, "netns-outside"));
        Shell.Run($"""
            ip link add uplink0 type veth peer name eth0 netns {outside.Path}
            ip address add 198.51.100.1/24 dev uplink0
            ip link set uplink0 up
            nsenter --net={outside.Path} ip address add {OutsideAddress}/24 dev eth0
            nsenter --net={outside.Path} ip link set eth0 up
            echo 1 > /proc/sys/net/ipv4/ip_forward
            """);
        for (var round = 0; round < rounds; round++)
        {
            Note("veth pair, 1 stream", "limit", Throughput.Measure(null, outside, OutsideAddress, streams: 1));
            foreach (var contender in round % 2 == 0 ? contenders : [.. contenders.Reverse()])
            {
                MeasurePods(contender, outside);
                foreach (var count in s_hostPorts)
                    MeasureHostPorts(contender, outside, count);
            }
        }
        Write();
        Shell.Run("ip link delete uplink0");
    }

    void MeasurePods(Contender contender, PodNamespace outside)
    {
        using var first = new PodNamespace(Path.Combine(workDirectory, "netns-first"));
        using var second = new PodNamespace(Path.Combine(workDirectory, "netns-second"));
        var client = new Attachment(contender, s_scenario, first, workDirectory, 0);
        var server = new Attachment(contender, s_scenario, second, workDirectory, 1);
        client.Run(Verb.Add);
        server.Run(Verb.Add);
        var address = server.FindAddress();
        Note("first answer after ADD, ms", contender.Name, Connections.TimeToFirst(first, second, address));
        Note("pod to pod, 1 stream", contender.Name, Throughput.Measure(first, second, address, streams: 1));
        Note("pod to pod, 4 streams", contender.Name, Throughput.Measure(first, second, address, streams: 4));
        Note("pod to pod, connections/s", contender.Name, Connections.Rate(first, second, address, Connections.ServerPort));
        Note("pod to outside, ipMasq, 1 stream", contender.Name, Throughput.Measure(first, outside, OutsideAddress, streams: 1));
        Note("pod to outside, ipMasq, connections/s", contender.Name,
            Connections.Rate(first, outside, OutsideAddress, Connections.ServerPort));
        client.Run(Verb.Del);
        server.Run(Verb.Del);
    }

    void MeasureHostPorts(Contender contender, PodNamespace outside, int count)
    {
        var scenario = s_scenario with { HostPorts = count };
        using var pod = new PodNamespace(Path.Combine(workDirectory, "netns-port"));
        var attachment = new Attachment(contender, scenario, pod, workDirectory, 0);
        attachment.Run(Verb.Add);
        Note(string.Create(CultureInfo.InvariantCulture, $"outside to 1 of {count} host ports, connections/s"), contender.Name,
            Connections.Rate(outside, pod, "198.51.100.1", Attachment.FirstPort + count - 1));
        attachment.Run(Verb.Del);
    }

    void Note(string row, string contender, (double Gigabits, double CpuPerGigabyte) measured)
    {
        Note($"{row}, Gbit/s", contender, measured.Gigabits);
        Note($"{row}, CPU s/GB", contender, measured.CpuPerGigabyte);
    }

    void Note(string row, string contender, double value)
    {
        if (!_values.TryGetValue((row, contender), out var values))
            _values.Add((row, contender), values = []);
        values.Add(value);
    }

    void Write()
    {
        output.WriteLine("\nTraffic (median; ratio: ours by Go's in the same round)");
        output.WriteLine($"{"",-52}{"ours",10}{"Go",10}   ratio (quartiles)");
        foreach (var row in _values.Keys.Select(key => key.Row).Distinct())
        {
            if (_values.TryGetValue((row, "limit"), out var limit))
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row,-52}{new Quantiles(limit).Median,10:0.00}"));
                continue;
            }
            var (ours, peer) = (_values[(row, contenders[0].Name)], _values[(row, contenders[1].Name)]);
            var ratios = new Quantiles(ours.Zip(peer, (mine, other) => mine / other));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row,-52}{new Quantiles(ours).Median,10:0.00}{new Quantiles(peer).Median,10:0.00}   {ratios.Median:0.00} ") +
                string.Create(CultureInfo.InvariantCulture, $"({ratios[0.25]:0.00} to {ratios[0.75]:0.00})"));
        }
    }
}
