using System.Text.RegularExpressions;

namespace CniBridge.Lab.Captures;

/// <summary>
/// The capture of what a command sends to the kernel, in the layout of tests/CniBridge.Linux.Tests/Captures. The command runs in
/// network and mount namespaces of its own, so this machine's network does not change.
/// </summary>
static partial class MessageCapture
{
    const string LogFile = $"{Node.Directory}/strace.log";

    /// <summary>Runs the command and returns the text of the capture.</summary>
    /// <param name="input">The standard input of the command.</param>
    public static string Create(CaptureOptions options, string input)
    {
        using var node = new ScratchNode();
        if (options.Setup.Length > 0)
        {
            node.Run("sh", "-euc", options.Setup).Succeeded();
        }

        // A refusal is an answer that a test may need, so the command may fail.
        var result = node.Run("strace", [.. StraceLog.Options(LogFile), .. options.Command], input);
        var datagrams = StraceLog.Parse(File.ReadLines(node.FromOutside(LogFile)));
        var isNetfilter = datagrams.SelectMany(datagram => datagram.Split()).Any(message => Datagram.TypeOf(message) >> 8 != 0);
        var selected = Select(options, datagrams, isNetfilter).SelectMany(datagram => datagram.Split()).ToList();
        return selected.Count == 0
            ? throw new LabException($"the command sent no such netlink message\n{result}")
            : $"; $ {options.CommandLine()}\n{Comment(FindRuleset(options.Command, input))}; {Versions(node, options.Command[0])}\n" +
                AnnotatedHex.Format(selected, isNetfilter);
    }

    static IEnumerable<Datagram> Select(CaptureOptions options, List<Datagram> datagrams, bool isNetfilter)
    {
        if (options.IsAll)
        {
            return datagrams.Where(datagram => datagram.IsSent != options.IsAnswers);
        }

        var at = FindRequest(options.Message, datagrams, isNetfilter);
        if (at < 0 || !options.IsAnswers)
        {
            return datagrams.Skip(at).Take(at < 0 ? 0 : 1);
        }

        // A number does not identify the request of an answer, because nft uses one for several requests.
        return datagrams.Skip(at + 1).TakeWhile(datagram => !datagram.IsSent);
    }

    /// <summary>Returns the index of the first request of a type, or else of the last change, or else of the last request.</summary>
    static int FindRequest(string? type, List<Datagram> datagrams, bool isNetfilter)
    {
        bool Has(Datagram datagram, Predicate<string> isWanted) => datagram.IsSent && !IsProbe(datagram) &&
            datagram.Split().Exists(message => isWanted(MessageType.NameOf(Datagram.TypeOf(message), isNetfilter)));

        if (type is not null)
        {
            return datagrams.FindIndex(datagram => Has(datagram, name => name == type));
        }

        var change = datagrams.FindLastIndex(datagram => Has(datagram, name => !MessageType.IsRequestForData(name)));
        return change >= 0 ? change : datagrams.FindLastIndex(datagram => Has(datagram, _ => true));
    }

    /// <summary>Returns whether this is the empty RTM_NEWLINK with which ip asks whether the kernel knows that message.</summary>
    static bool IsProbe(Datagram datagram) =>
        datagram.Bytes.Length == 32 && datagram.Bytes.AsSpan(Datagram.HeaderSize).IndexOfAnyExcept((byte)0) < 0 &&
        Datagram.SequenceOf(datagram.Bytes) == 0;

    /// <summary>Returns the file that nft reads, because tests give it to nft again.</summary>
    static string FindRuleset(string[] command, string input) =>
        Array.IndexOf(command, "-f") is > 0 and var at && at + 1 < command.Length
            ? command[at + 1] == "-" ? input : File.ReadAllText(command[at + 1])
            : "";

    static string Comment(string text) =>
        text.Length == 0 ? "" : string.Concat(text.TrimEnd('\n').Split('\n').Select(line => $"; {line}\n"));

    /// <summary>Returns the versions of the program and of the kernel, such as "iproute2 6.1.0, Linux 6.18".</summary>
    static string Versions(ScratchNode node, string program)
    {
        var name = Path.GetFileName(program);
        var version = Version().Match(node.Run(program, name is "ip" or "bridge" ? "-V" : "--version").Stdout).Value;
        var package = name switch { "ip" or "bridge" => "iproute2", "nft" => "nftables", _ => name };
        var kernel = Version().Match(node.Run("uname", "-r").Succeeded().Stdout).Value.Split('.');
        return $"{package} {version}, Linux {string.Join('.', kernel.Take(2))}";
    }

    [GeneratedRegex(@"\d+(\.\d+)+")]
    private static partial Regex Version();
}
