namespace CniBridge.Lab;

/// <summary>A transcript of the commands for a reader. It prints nothing in tests.</summary>
sealed class Transcript(TextWriter writer)
{
    public static Transcript None { get; } = new(TextWriter.Null);

    public void Say(string title) => writer.WriteLine($"\n\e[1m# {title}\e[0m");

    public void Command(string where, string command) => writer.WriteLine($"{where}$ {command}");

    public void Output(string text)
    {
        if (text.Length > 0)
            writer.WriteLine(text.TrimEnd('\n'));
    }
}
