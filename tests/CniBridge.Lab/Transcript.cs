namespace CniBridge.Lab;

/// <summary>A transcript of the commands for a reader. It prints nothing in tests.</summary>
/// <param name="hasColours">True to print titles in bold.</param>
sealed class Transcript(TextWriter writer, bool hasColours = false)
{
    public static Transcript None { get; } = new(TextWriter.Null);

    /// <summary>True if standard output is a terminal with colours, and NO_COLOR is not set.</summary>
    public static bool AllowsColours => !Console.IsOutputRedirected &&
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) &&
        Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    public void Say(string title) => writer.WriteLine(hasColours ? $"\n\e[1m# {title}\e[0m" : $"\n# {title}");

    public void Command(string where, string command) => writer.WriteLine($"{where}$ {command}");

    public void Output(string text)
    {
        if (text.Length > 0)
            writer.WriteLine(text.TrimEnd('\n'));
    }
}
