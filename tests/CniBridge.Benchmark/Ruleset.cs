using System.Diagnostics;

namespace CniBridge.Benchmark;

/// <summary>The packet rules of all contenders as text, for checks between measurements.</summary>
static class Ruleset
{
    /// <summary>Reads the rules. iptables prints its own rules, because nft does not know its targets.</summary>
    internal static string Read() => Run("nft", "list", "ruleset") + Run("iptables-save");

    internal static void Flush() => Run("nft", "flush", "ruleset");

    static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }
}
