using System.Diagnostics;
using System.Globalization;
using CniBridge.Agent.Tests.Support;
using CniBridge.Linux.Tests;

namespace CniBridge.Agent.Tests.Benchmarks;

/// <summary>
/// Measurements of the published agent with an API server that lists thousands of nodes. scripts/bench-agent starts them in a separate
/// network namespace. A run of all tests skips them.
/// </summary>
public sealed class AgentBenchmark
{
    /// <summary>Half of the bytes of a Node object that the agent does not need. FakeApi writes them twice.</summary>
    const int BallastBytes = 7_500;

    /// <summary>The interval in seconds at which a kubelet writes the status of an unchanged node.</summary>
    const int HeartbeatSeconds = 300;

    static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    static int Nodes { get; } = Setting("CNI_BRIDGE_BENCH_NODES", 5000);

    static int Seconds { get; } = Setting("CNI_BRIDGE_BENCH_SECONDS", 60);

    [Fact(Explicit = true)]
    public async Task The_agent_follows_a_cluster_of_thousands_of_nodes()
    {
        var format = Environment.GetEnvironmentVariable("CNI_BRIDGE_BENCH_FORMAT") ?? "protobuf";
        await using var api = new FakeApi(isProtobuf: format == "protobuf");
        for (var number = 1; number <= Nodes; number++)
            api.Nodes.Add(Node(number, number));
        Measure(api, format);
    }

    static void Measure(FakeApi api, string format)
    {
        using var directory = new CniBridge.Node.Tests.TemporaryDirectory();
        var config = WriteConfig(api, directory);
        var clock = Stopwatch.StartNew();
        using var agent = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("CNI_BRIDGE_AGENT")!,
            ["--kubeconfig", config, "--node-name", "node1", "--cluster-cidr", "10.0.0.0/8", "--conflist", directory["net.conflist"]])
        {
            RedirectStandardError = true,
        })!;
        agent.ErrorDataReceived += static (_, _) => { };
        agent.BeginErrorReadLine();
        WaitFor(() => CountRoutes() == Nodes - 1);
        var sync = clock.Elapsed;
        var syncTime = agent.TotalProcessorTime;

        // A node gets another address.
        clock.Restart();
        api.Send("MODIFIED", Node(2, Nodes + 1));
        WaitFor(() => Routes().Contains($"via {Address(Nodes + 1)} ", StringComparison.Ordinal));
        var change = clock.Elapsed;

        var before = ProcessorTime(agent);
        Thread.Sleep(TimeSpan.FromSeconds(Seconds));
        var idle = (ProcessorTime(agent) - before) / TimeSpan.FromSeconds(Seconds);
        before = ProcessorTime(agent);
        clock.Restart();
        var events = Heartbeat(api, clock);
        var load = (ProcessorTime(agent) - before) / clock.Elapsed;
        Report(FormattableString.Invariant(
            $"{format}: {Nodes} nodes in {sync.TotalSeconds:0.00} s ({syncTime.TotalSeconds:0.00} s of CPU), ") +
            FormattableString.Invariant($"change {change.TotalMilliseconds:0} ms, idle {idle:0.000 %} CPU, ") +
            FormattableString.Invariant($"{events} heartbeats in {clock.Elapsed.TotalSeconds:0} s with {load:0.000 %} CPU, ") +
            $"RSS {ReadStatus(agent, "VmRSS")} (anonymous {ReadStatus(agent, "RssAnon")}), peak {ReadStatus(agent, "VmHWM")}");
        agent.Kill();
        agent.WaitForExit();
    }

    static int Heartbeat(FakeApi api, Stopwatch clock)
    {
        var sent = 0;
        while (clock.Elapsed < TimeSpan.FromSeconds(Seconds))
        {
            for (; sent < clock.Elapsed.TotalSeconds * Nodes / HeartbeatSeconds; sent++)
                api.Send("MODIFIED", Node(3 + (sent % (Nodes - 3)), 3 + (sent % (Nodes - 3))) with { ResourceVersion = $"{1000 + sent}" });
            Thread.Sleep(20);
        }
        return sent;
    }

    static FakeNode Node(int number, int address) =>
        new($"node{number}", Address(address), $"10.{number >> 8}.{number & 255}.0/24") { Ballast = new string('x', BallastBytes) };

    static string Address(int number) => $"172.16.{number >> 8}.{number & 255}";

    static string WriteConfig(FakeApi api, CniBridge.Node.Tests.TemporaryDirectory directory)
    {
        File.WriteAllText(directory["ca.crt"], api.AuthorityPem);
        File.WriteAllText(directory["config"], $"""
            current-context: c
            contexts:
            - name: c
              context:
                cluster: c
            clusters:
            - name: c
              cluster:
                server: {api.Address}
                certificate-authority: ca.crt
            """);
        return directory["config"];
    }

    static string Routes() => HelperProgram.Run("", "ip", "-4", "route", "show", "proto", "67").Output;

    static int CountRoutes() => Routes().Count(static character => character == '\n');

    static void WaitFor(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition();)
        {
            Assert.True(clock.Elapsed < s_limit, "the routes do not come");
            Thread.Sleep(5);
        }
    }

    static TimeSpan ProcessorTime(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    static string ReadStatus(Process process, string key) =>
        File.ReadLines($"/proc/{process.Id}/status")
            .Single(line => line.StartsWith($"{key}:", StringComparison.Ordinal))[(key.Length + 1)..].Trim();

    static int Setting(string name, int value) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var given) ? given : value;

    static void Report(string line) => Console.Error.WriteLine(line);
}
