using System.Globalization;
using System.Text.Json;

namespace CniBridge.Benchmark;

/// <summary>The throughput of TCP from one namespace to another, measured by iperf3.</summary>
static class Throughput
{
    const int Seconds = 2;

    /// <param name="client">The namespace of the sender; null for that of the process.</param>
    /// <returns>Gbit/s, and the seconds of processor time of both sides for each gigabyte.</returns>
    internal static (double Gigabits, double CpuPerGigabyte) Measure(
        PodNamespace? client, PodNamespace server, string address, int streams)
    {
        var enter = client is null ? "" : $"nsenter --net={client.Path} ";
        Shell.Run(string.Create(CultureInfo.InvariantCulture, $"""
            nsenter --net={server.Path} timeout 60 iperf3 --server --one-off > /dev/null 2>&1 &
            until [ -n "$(nsenter --net={server.Path} ss --no-header --listening --tcp 'sport = :5201')" ]; do
              kill -0 $!
              sleep 0.05
            done
            {enter}iperf3 --client {address} --time {Seconds} --omit 1 --parallel {streams} --json > {server.Path}.json
            wait
            """));
        using var report = JsonDocument.Parse(File.ReadAllText($"{server.Path}.json"));
        var end = report.RootElement.GetProperty("end");
        var sum = end.GetProperty("sum_received");
        var usage = end.GetProperty("cpu_utilization_percent");
        var percent = usage.GetProperty("host_total").GetDouble() + usage.GetProperty("remote_total").GetDouble();
        var bits = sum.GetProperty("bits_per_second").GetDouble();
        return (bits / 1e9, percent / 100 / (bits / 8e9));
    }
}
