using CniBridge.Linux.Files;

namespace CniBridge.Node.Installation;

/// <summary>
/// The kernel settings that plugins change and that outlast their links: forwarding of each family, and accept_ra of links with a
/// learned default route (Documentation/networking/ip-sysctl.rst).
/// </summary>
static class NodeSettings
{
    const string IPv4 = "net/ipv4/conf", IPv6 = "net/ipv6/conf";

    /// <summary>The kernel sets it to the opposite of forwarding (inet_forward_change in net/ipv4/devinet.c).</summary>
    const string Redirects = IPv4 + "/all/accept_redirects";

    /// <summary>
    /// Returns the settings for <see cref="FindChanged"/>. Settings of single links are included only if a global change overwrites
    /// them.
    /// </summary>
    internal static Dictionary<string, string> Look()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var family in (ReadOnlySpan<string>)[IPv4, IPv6])
        {
            Note(ForwardingOf(family, "all"), null);
            foreach (var link in Links(family))
            {
                if (settings.GetValueOrDefault(ForwardingOf(family, "all")) == "0")
                    Note(ForwardingOf(family, link), "1");
                if (family == IPv6)
                    Note(AcceptanceOf(link), "1");
            }
        }
        Note(Redirects, null);
        return settings;

        void Note(string name, string? only)
        {
            if (Sysctl.TryRead(name) is { } value && (only is null || value == only))
                settings[name] = value;
        }
    }

    /// <summary>Returns the settings that plugins changed, with their former values, in the order in which to restore them.</summary>
    internal static List<(string Name, string Value)> FindChanged(IReadOnlyDictionary<string, string> before)
    {
        var changed = new List<(string, string)>();
        foreach (var family in (ReadOnlySpan<string>)[IPv4, IPv6])
            AddForwarding(family, before, changed);
        foreach (var (name, value) in before)
        {
            if (name.EndsWith("/accept_ra", StringComparison.Ordinal) && value == "1" && Sysctl.TryRead(name) == "2")
                changed.Add((name, value));
        }
        return changed;
    }

    static void AddForwarding(string family, IReadOnlyDictionary<string, string> before, List<(string, string)> changed)
    {
        var all = ForwardingOf(family, "all");
        if (before.GetValueOrDefault(all) != "0")
            return;
        var now = Sysctl.TryRead(all);
        // This also changes the setting of each link.
        if (now == "1")
            changed.Add((all, "0"));
        foreach (var (name, value) in before)
        {
            if (name != all && name.StartsWith(family, StringComparison.Ordinal) &&
                name.EndsWith("/forwarding", StringComparison.Ordinal) &&
                Sysctl.TryRead(name) is { } current && (now == "1" || current != value))
                changed.Add((name, value));
        }
        if (family == IPv4 && before.GetValueOrDefault(Redirects) == "0" && (now == "1" || Sysctl.TryRead(Redirects) == "1"))
            changed.Add((Redirects, "0"));
    }

    static string ForwardingOf(string family, string link) => $"{family}/{link}/forwarding";

    static string AcceptanceOf(string link) => $"{IPv6}/{link}/accept_ra";

    /// <summary>Returns all links, and "default", which applies to links created later.</summary>
    static IEnumerable<string> Links(string family)
    {
        var directory = "/proc/sys/" + family;
        if (!Directory.Exists(directory))
            yield break;
        foreach (var path in Directory.EnumerateDirectories(directory))
        {
            if (Path.GetFileName(path) is var link && link != "all")
                yield return link;
        }
    }
}
