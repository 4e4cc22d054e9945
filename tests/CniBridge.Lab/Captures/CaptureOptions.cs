namespace CniBridge.Lab.Captures;

/// <summary>The arguments of scripts/capture.</summary>
/// <param name="Setup">A shell script that runs in the namespace before the command; may be empty.</param>
/// <param name="Message">The message type to print; null for the last request that changes something.</param>
/// <param name="IsAll">True to print all datagrams that the command sends.</param>
/// <param name="IsAnswers">True to print the answers of the kernel instead of the request.</param>
sealed record CaptureOptions(string[] Command, string Setup, string? Message, bool IsAll, bool IsAnswers)
{
    const string Usage = "scripts/capture [--setup SCRIPT] [--all | --message TYPE] [--answers] COMMAND...";

    /// <exception cref="LabException">An unknown option, or no command.</exception>
    public static CaptureOptions Parse(string[] arguments)
    {
        var (setup, message, isAll, isAnswers) = ("", (string?)null, false, false);
        while (true)
        {
            switch (arguments)
            {
                case ["--setup", var script, .. var rest]:
                    (setup, arguments) = (script, rest);
                    break;
                case ["--message", var type, .. var rest]:
                    (message, arguments) = (type, rest);
                    break;
                case ["--all", .. var rest]:
                    (isAll, arguments) = (true, rest);
                    break;
                case ["--answers", .. var rest]:
                    (isAnswers, arguments) = (true, rest);
                    break;
                case [] or [['-', ..], ..]:
                    throw new LabException(Usage);
                default:
                    return new CaptureOptions(arguments, setup, message, isAll, isAnswers);
            }
        }
    }

    /// <summary>Returns the command line that makes the same capture, on one line.</summary>
    public string CommandLine()
    {
        List<string> words = ["scripts/capture"];
        if (Setup.Length > 0)
        {
            words.AddRange(["--setup", Shell.Quote(Setup.Trim().ReplaceLineEndings("; "))]);
        }

        if (Message is not null)
        {
            words.AddRange(["--message", Message]);
        }

        words.AddRange(IsAll ? ["--all"] : []);
        words.AddRange(IsAnswers ? ["--answers"] : []);
        return string.Join(' ', [.. words, .. Command.Select(Shell.Quote)]);
    }
}
