using System.Text.Json.Nodes;

namespace CniBridge.Lab.Crashes;

/// <summary>
/// A node with three containers. Its runtime uses the chain bridge (gateway of both families, ipMasq, macspoofchk, host-local) and portmap.
/// GC gets only "pod" as valid: "stale" is running, and "gone" lost its namespace without a DEL.
/// </summary>
sealed class ChainNode : IDisposable
{
    const string Bridge = """
        {
          "cniVersion": "1.1.0", "name": "podnet", "type": "bridge", "bridge": "cni0",
          "isGateway": true, "isDefaultGateway": true, "ipMasq": true, "macspoofchk": true,
          "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/20"}], [{"subnet": "fd00:88::/64"}]]}
        }
        """;

    static readonly string[] s_containers = ["pod", "stale", "gone"];

    readonly ScratchNode node = new();

    public ChainNode()
    {
        node.WriteFile($"{ChainScript.Directory}/run", ChainScript.Text);
        foreach (var (index, container) in s_containers.Index())
        {
            Write("bridge", container, JsonNode.Parse(Bridge)!);
            Write("portmap", container, PortMap(8080 + index));
        }
        Write("bridge", "all", WithValid(JsonNode.Parse(Bridge)!));
        Write("portmap", "all", WithValid(PortMap(8080)));
    }

    /// <summary>
    /// Runs the verb of a step with the whole chain, with its plugin traced by strace with these options, and then the cleanup.
    /// </summary>
    public ChainReport Run(ChainStep step, IEnumerable<string> options)
    {
        string[] arguments = [$"{ChainScript.Directory}/run", PluginDirectory.UnderTest, step.Verb, step.Plugin, .. options];
        return ChainReport.Parse(node.Run("sh", arguments));
    }

    /// <summary>Runs a step undisturbed and returns the names of the plugin's system calls in order with the report.</summary>
    public (ChainReport Report, IReadOnlyList<string> Calls) Trace(ChainStep step)
    {
        var report = Run(step, ["-e", "trace=all"]);
        // 4711  openat(AT_FDCWD, ...
        var names = File.ReadLines(node.FromOutside($"{ChainScript.Directory}/trace"))
            .Where(line => line.Contains('(', StringComparison.Ordinal) && !line.Contains("resumed>", StringComparison.Ordinal))
            .Select(line => line[..line.IndexOf('(', StringComparison.Ordinal)].Split(' ')[^1]);
        return (report, [.. names]);
    }

    public void Dispose() => node.Dispose();

    static JsonObject PortMap(int hostPort) => new JsonObject
    {
        ["cniVersion"] = "1.1.0",
        ["name"] = "podnet",
        ["type"] = "portmap",
        ["runtimeConfig"] = new JsonObject
        {
            ["portMappings"] = new JsonArray(
                new JsonObject { ["hostPort"] = hostPort, ["containerPort"] = 80, ["protocol"] = "tcp" },
                new JsonObject { ["hostPort"] = hostPort, ["containerPort"] = 53, ["protocol"] = "udp" }),
        },
    };

    static JsonNode WithValid(JsonNode configuration)
    {
        configuration["cni.dev/valid-attachments"] =
            new JsonArray(new JsonObject { ["containerID"] = "container-pod", ["ifname"] = "eth0" });
        return configuration;
    }

    /// <summary>Writes a configuration without its last brace. The script appends a result and the brace.</summary>
    void Write(string plugin, string container, JsonNode configuration) =>
        node.WriteFile($"{ChainScript.Directory}/{plugin}-{container}", configuration.ToJsonString()[..^1]);
}
