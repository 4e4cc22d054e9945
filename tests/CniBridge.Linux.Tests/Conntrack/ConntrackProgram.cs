namespace CniBridge.Linux.Tests.Conntrack;

/// <summary>Debian's conntrack in a scratch namespace. It creates entries and shows the remaining ones.</summary>
static class ConntrackProgram
{
    /// <param name="commands">Arguments of conntrack, one run per line.</param>
    internal static string Run(ScratchNamespace scratch, string commands)
    {
        var script = string.Concat(commands.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => $"conntrack {line} || exit\n"));
        var (exitCode, output) = HelperProgram.Run(script, "nsenter", "--net=" + scratch.Path, "sh", "-s");
        Assert.SkipWhen(exitCode is null or 127, "nsenter (util-linux) or conntrack (conntrack) is not installed");
        Assert.True(exitCode == 0, output);
        return output;
    }

    /// <summary>
    /// Returns every entry as protocol, source port and destination port of its first packet, and the replying address, in order.
    /// </summary>
    internal static List<string> List(ScratchNamespace scratch)
    {
        var lines = (Run(scratch, "-L -f ipv4") + Run(scratch, "-L -f ipv6")).Split('\n')
            .Where(line => line.Contains("src=", StringComparison.Ordinal));
        return [.. lines.Select(Shorten).Order(StringComparer.Ordinal)];
    }

    // udp 17 29 src=A dst=B sport=1 dport=2 [UNREPLIED] src=C dst=A sport=3 dport=1 mark=0 use=1
    static string Shorten(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string Value(string key, int index) =>
            words.Where(word => word.StartsWith(key, StringComparison.Ordinal)).ElementAt(index)[key.Length..];
        return $"{words[0]} {Value("sport=", 0)} {Value("dst=", 0)} {Value("dport=", 0)} {Value("src=", 1)} {Value("sport=", 1)}";
    }
}
