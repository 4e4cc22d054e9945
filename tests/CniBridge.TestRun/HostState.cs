using System.Diagnostics;

namespace CniBridge.TestRun;

/// <summary>Everything on this machine that tests could leave behind: files of CNI, links and rules.</summary>
static class HostState
{
    const string Script = """
        for path in /opt/cni /etc/cni /etc/cni-bridge /var/lib/cni* /run/cni-bridge /run/netns; do
          [ ! -e "$path" ] || find "$path" -printf 'file %p\n'
        done
        ip -brief link 2> /dev/null | sed 's/^\([^ @]*\).*/link \1/'
        nft list ruleset 2> /dev/null | sed 's/^/nft /'
        """;

    /// <summary>Returns a line for each file, link and rule.</summary>
    public static IReadOnlyList<string> Read()
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", Script]) { RedirectStandardOutput = true })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return lines;
    }

    /// <summary>Returns the lines that are new or missing now; they begin with + or -.</summary>
    public static IReadOnlyList<string> Compare(IReadOnlyList<string> before)
    {
        var now = Read();
        return [.. now.Except(before).Select(line => $"+ {line}"), .. before.Except(now).Select(line => $"- {line}")];
    }
}
