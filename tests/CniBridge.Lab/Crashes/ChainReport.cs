namespace CniBridge.Lab.Crashes;

/// <summary>What one run of <see cref="ChainScript"/> told: parts with a name, an exit code and lines.</summary>
sealed class ChainReport
{
    readonly Dictionary<string, (string Code, List<string> Lines)> parts = [];

    /// <summary>The traced call's exit code as the shell tells it; "-" when it was never made.</summary>
    public string TracedCode => parts["traced"].Code;

    /// <summary>Was there a call of that name and number?</summary>
    public bool IsInjected => parts["traced"].Lines.Count > 0;

    /// <summary>What the disturbed call said, and what was done to it.</summary>
    public string Said => string.Join('\n', parts["chain"].Lines.Concat(parts["traced"].Lines));

    public bool Has(string part) => parts.ContainsKey(part);

    /// <summary>Did it end with exit code 0?</summary>
    public bool Succeeded(string part) => parts[part].Code == "0";

    public string Lines(string part) => string.Join('\n', parts[part].Lines);

    public NodeThings State(string when) => NodeThings.Parse(parts[$"state-{when}"].Lines);

    /// <exception cref="LabException">The script did not come to its end.</exception>
    public static ChainReport Parse(CommandResult result)
    {
        var report = new ChainReport();
        List<string> lines = [];
        foreach (var line in result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is ["==", var name, var code])
            {
                lines = [];
                report.parts[name] = (code, lines);
            }
            else
                lines.Add(line);
        }
        return report.parts.ContainsKey("state-again") ? report : throw new LabException(result.ToString());
    }
}
