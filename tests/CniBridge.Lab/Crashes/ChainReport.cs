namespace CniBridge.Lab.Crashes;

/// <summary>The report of one run of <see cref="ChainScript"/>: parts with a name, an exit code and lines.</summary>
sealed class ChainReport
{
    readonly Dictionary<string, (string Code, List<string> Lines)> parts = [];

    /// <summary>The exit code of the traced call in the form of the shell. "-" if the call was never made.</summary>
    public string TracedCode => parts["traced"].Code;

    /// <summary>True if a call with the name and number occurred.</summary>
    public bool IsInjected => parts["traced"].Lines.Count > 0;

    /// <summary>The output of the disturbed call, and its disturbance.</summary>
    public string Said => string.Join('\n', parts["chain"].Lines.Concat(parts["traced"].Lines));

    public bool Has(string part) => parts.ContainsKey(part);

    /// <summary>Returns true if the part ended with exit code 0.</summary>
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
