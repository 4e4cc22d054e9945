using System.Text.Json;

namespace CniBridge.Benchmark;

/// <summary>A pod's life in a network: its calls, each in a fresh process.</summary>
sealed class Attachment(Contender contender, Scenario scenario, PodNamespace pod, string dataDirectory)
{
    readonly string _config = contender.Configure(scenario, dataDirectory);
    readonly string _containerId = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";

    /// <summary>What ADD answered, which is what DEL is given.</summary>
    string _result = "";

    internal PluginProcess Prepare(Verb verb, bool isRelayed = false)
    {
        string[] arguments = isRelayed ? ["/usr/bin/setsid", "--fork", contender.Plugin] : [contender.Plugin];
        return new PluginProcess(arguments, Environment(verb), verb switch
        {
            Verb.Add => _config,
            // As libcni does from cniVersion 0.4.0 on.
            Verb.Del => $"{_config[..^1]},\"prevResult\":{_result}}}",
            _ => """{"cniVersion":"1.0.0"}""",
        });
    }

    string[] Environment(Verb verb) =>
    [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root",
        $"CNI_COMMAND={verb.ToString().ToUpperInvariant()}",
        $"CNI_CONTAINERID={_containerId}",
        $"CNI_NETNS={pod.Path}",
        "CNI_IFNAME=eth0",
        "CNI_ARGS=",
        $"CNI_PATH={contender.BinDirectory}",
    ];

    /// <summary>Runs one call from start to end.</summary>
    /// <param name="measuresMemory">
    /// Start it by way of a small program. A process's peak memory begins with that of the one it was spawned from, and
    /// the harness is larger than any plugin.
    /// </param>
    internal ProcessOutcome Run(Verb verb, bool measuresMemory = false)
    {
        using var process = Prepare(verb, measuresMemory);
        process.Start();
        return Accept(verb, process.Finish(measuresMemory));
    }

    /// <exception cref="BenchmarkException">The call failed.</exception>
    internal ProcessOutcome Accept(Verb verb, ProcessOutcome outcome)
    {
        if (outcome.ExitCode != 0)
            throw BenchmarkException.Of($"{contender.Name} {verb} ({scenario.Name})", outcome);
        if (verb == Verb.Add)
            _result = outcome.Output;
        return outcome;
    }

    /// <summary>Has the pod the addresses and the default route that ADD told of?</summary>
    internal void VerifyAdded()
    {
        using var result = JsonDocument.Parse(_result);
        var hosts = pod.ReadProcNet("fib_trie");
        var hosts6 = pod.ReadProcNet("if_inet6");
        foreach (var ip in result.RootElement.GetProperty("ips").EnumerateArray())
        {
            var address = System.Net.IPAddress.Parse(ip.GetProperty("address").GetString()!.Split('/')[0]);
            var isThere = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
                ? hosts.Contains($"|-- {address}\n", StringComparison.Ordinal)
                : hosts6.Contains(Convert.ToHexStringLower(address.GetAddressBytes()), StringComparison.Ordinal);
            Verify(isThere, $"the pod has no {address}");
        }
        var routes = pod.ReadProcNet("route");
        Verify(routes.Contains("eth0\t00000000\t", StringComparison.Ordinal), "the pod has no default route");
    }

    internal void VerifyDeleted() =>
        Verify(!pod.ReadProcNet("dev").Contains("eth0:", StringComparison.Ordinal), "the pod still has eth0");

    void Verify(bool isSo, string complaint)
    {
        if (!isSo)
            throw new BenchmarkException($"{contender.Name} ({scenario.Name}): {complaint}; ADD said {_result}");
    }
}
