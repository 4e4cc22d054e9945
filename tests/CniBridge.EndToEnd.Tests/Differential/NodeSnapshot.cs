using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>
/// The state of a node that plugins can change, one line each by path: node/DEVICE/link/PROPERTY, node/DEVICE/address/ADDRESS,
/// node/DEVICE/route/TABLE/DESTINATION, node/DEVICE/sysctl/NAME, the same below pod NAME/ for every pod, and files/PATH. <see
/// cref="Normalisation"/> explains omitted parts.
/// </summary>
static class NodeSnapshot
{
    const string CniState = "/var/lib/cni";

    /// <summary>The script that shows one namespace.</summary>
    const string Show = """
        echo =addresses; ip -j -d address show
        echo =routes; ip -j -d route show table all
        echo =sysctls
        cd /proc/sys/net
        grep -sH . ipv4/ip_forward ipv6/conf/all/forwarding \
          ipv4/conf/*/arp_notify ipv4/conf/*/forwarding ipv4/conf/*/proxy_arp ipv4/conf/*/rp_filter \
          ipv6/conf/*/accept_ra ipv6/conf/*/accept_dad ipv6/conf/*/enhanced_dad ipv6/conf/*/disable_ipv6 \
          ipv6/conf/*/keep_addr_on_down ipv6/conf/*/addr_gen_mode ipv6/conf/*/ndisc_notify ipv6/conf/*/forwarding
        """;

    const string ShowAll = """
        echo =namespace node; sh -c "$SHOW"
        for pod in $(ls /run/netns); do
          echo =namespace "pod $pod"; nsenter --net="/run/netns/$pod" sh -c "$SHOW"
        done
        """;

    public static SortedDictionary<string, string> Take(ScratchNode node, Normalisation normalisation)
    {
        var shown = node.Run("sh", ["-c", ShowAll], "", new Dictionary<string, string> { ["SHOW"] = Show }).Succeeded();
        var namespaces = shown.Stdout.Split("=namespace ", StringSplitOptions.RemoveEmptyEntries)
            .Select(Namespace.Parse).ToList();
        normalisation.Learn(namespaces);
        var state = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var shownNamespace in namespaces)
        {
            normalisation.AddNamespace(state, shownNamespace);
        }

        AddFiles(state, node.FromOutside(CniState));
        return state;
    }

    static void AddFiles(SortedDictionary<string, string> state, string root)
    {
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            var path = $"files/{Path.GetRelativePath(root, entry.FullName)}";
            state[path] = entry is FileInfo ? JsonSerializer.Serialize(File.ReadAllText(entry.FullName)) : "directory";
            state[$"{path} mode"] = Convert.ToString((int)entry.UnixFileMode, 8);
        }
    }
}

/// <summary>One network namespace in the output of the tools.</summary>
sealed record Namespace(string Name, JsonElement Links, JsonElement Routes, IReadOnlyList<string> Sysctls)
{
    public static Namespace Parse(string shown)
    {
        var lines = shown.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var routes = Array.IndexOf(lines, "=routes");
        var sysctls = Array.IndexOf(lines, "=sysctls");
        return new Namespace(
            lines[0],
            ParseJson(lines[2..routes]),
            ParseJson(lines[(routes + 1)..sysctls]),
            lines[(sysctls + 1)..]);
    }

    // ip prints nothing at all, not [], when a table is empty.
    static JsonElement ParseJson(string[] lines)
    {
        using var document = JsonDocument.Parse(lines.Length == 0 ? "[]" : string.Concat(lines));
        return document.RootElement.Clone();
    }
}
