using System.Text.Json;

namespace CniBridge.Benchmark;

/// <summary>
/// The life of a pod in a network, with each call in a new process. Only the calls of one plugin are measured. For a plugin behind the
/// bridge plugin in a chain, the bridge plugin runs before its ADD and after its DEL.
/// </summary>
/// <param name="number">The number of the pod, which makes its host port unique among concurrent pods.</param>
sealed class Attachment(Contender contender, Scenario scenario, PodNamespace pod, string dataDirectory, int number)
{
    internal const int FirstPort = 20_000;

    readonly string _config = contender.Configure(scenario, dataDirectory);
    readonly string? _chained = scenario.HostPorts > 0
        ? contender.ConfigurePortMap(scenario, FirstPort + number, scenario.HostPorts)
        : null;

    readonly string _containerId = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";

    /// <summary>The result of ADD, which DEL and the following plugins get.</summary>
    string _result = "";

    /// <summary>Prepares the measured call.</summary>
    internal PluginProcess Prepare(Verb verb, bool isRelayed = false) => _chained is null
        ? Prepare(
            verb, scenario.AddressesOnly ? contender.HostLocal : contender.Bridge, verb == Verb.Add ? _config
            : WithResult(_config), isRelayed)
        : Prepare(verb, contender.PortMap, WithResult(_chained), isRelayed);

    PluginProcess Prepare(Verb verb, string plugin, string config, bool isRelayed) => new(
        isRelayed ? ["/usr/bin/setsid", "--fork", plugin] : [plugin],
        Environment(verb),
        verb == Verb.Version ? """{"cniVersion":"1.0.0"}""" : config);

    /// <summary>Adds the previous result as libcni does since cniVersion 0.4.0.</summary>
    string WithResult(string config) => _result.Length == 0 ? config : $"{config[..^1]},\"prevResult\":{_result}}}";

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
        if (verb == Verb.Add)
            RunMain(verb, _config);
        using var process = Prepare(verb, measuresMemory);
        if (measuresMemory)
            PluginProcess.WaitForOrphans();
        process.Start();
        var outcome = Accept(verb, process.Finish(measuresMemory));
        if (verb == Verb.Del)
            RunMain(verb, WithResult(_config));
        return outcome;
    }

    /// <summary>Runs the bridge plugin before or after the measured call.</summary>
    void RunMain(Verb verb, string config)
    {
        if (_chained is null)
            return;
        using var process = Prepare(verb, contender.Bridge, config, isRelayed: false);
        process.Start();
        Accept(verb, process.Finish());
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

    /// <summary>The IPv4 address of the pod, after ADD.</summary>
    internal string FindAddress()
    {
        using var result = JsonDocument.Parse(_result);
        return Address(result);
    }

    /// <summary>Verifies that the pod has the addresses and the default route of the result.</summary>
    internal void VerifyAdded()
    {
        using var result = JsonDocument.Parse(_result);
        if (scenario.AddressesOnly)
        {
            Verify(IsReserved(result), "nothing is reserved");
            return;
        }
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
        if (_chained is not null)
            Verify(Ruleset.Read().Contains(Address(result), StringComparison.Ordinal), "there is no rule for its port");
        else if (scenario.Masquerade)
            Verify(Ruleset.Read().Contains("masquerade", StringComparison.OrdinalIgnoreCase), "there is no rule to masquerade it");
    }

    static string Address(JsonDocument result) =>
        result.RootElement.GetProperty("ips")[0].GetProperty("address").GetString()!.Split('/')[0];

    bool IsReserved(JsonDocument result) =>
        File.Exists(Path.Combine(dataDirectory, contender.NetworkName(scenario), Address(result)));

    internal void VerifyDeleted()
    {
        using var result = JsonDocument.Parse(_result);
        Verify(!IsReserved(result), "the address is reserved still");
        Verify(!pod.ReadProcNet("dev").Contains("eth0:", StringComparison.Ordinal), "the pod still has eth0");
    }

    void Verify(bool isSo, string complaint)
    {
        if (!isSo)
            throw new BenchmarkException($"{contender.Name} ({scenario.Name}): {complaint}; ADD said {_result}");
    }
}
