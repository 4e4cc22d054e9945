using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace CniBridge.Plugins.Tests.Json;

/// <summary>
/// A JSON text in the files of Conformance and its verdict. A line has the verdict, the text, and a note after "##". In the text, &lt;e2
/// 82&gt; is bytes in hex, and &lt;5b*64&gt; is the same byte 64 times.
/// </summary>
/// <param name="Place">File and line.</param>
sealed partial record ConformanceCase(string Place, Verdict Verdict, byte[] Text)
{
    const string Folder = "conformance/";

    internal static List<ConformanceCase> ReadAll() =>
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order().SelectMany(Read),
    ];

    static IEnumerable<ConformanceCase> Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        var lines = reader.ReadToEnd().TrimEnd('\n').Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("# ", StringComparison.Ordinal))
                continue;
            var place = $"{name[Folder.Length..]}:{i + 1}";
            var match = Line().Match(lines[i]);
            Assert.True(match.Success, $"{place} has no verdict");
            yield return new ConformanceCase(
                place, Enum.Parse<Verdict>(match.Groups["verdict"].Value, ignoreCase: true), ReadText(match.Groups["text"].Value));
        }
    }

    internal static byte[] ReadText(string notation)
    {
        var text = new List<byte>();
        var at = 0;
        foreach (Match group in Bytes().Matches(notation))
        {
            text.AddRange(Encoding.UTF8.GetBytes(notation[at..group.Index]));
            foreach (Capture part in group.Groups["part"].Captures)
                AddRepeated(text, part.Value);
            at = group.Index + group.Length;
        }
        text.AddRange(Encoding.UTF8.GetBytes(notation[at..]));
        return [.. text];
    }

    /// <summary>Adds bytes such as "5b 5d", or "5b 5d*3" for three repetitions.</summary>
    static void AddRepeated(List<byte> text, string part)
    {
        var star = part.IndexOf('*', StringComparison.Ordinal);
        var bytes = Convert.FromHexString((star < 0 ? part : part[..star]).Replace(" ", "", StringComparison.Ordinal));
        for (var i = star < 0 ? 1 : int.Parse(part[(star + 1)..], CultureInfo.InvariantCulture); i > 0; i--)
            text.AddRange(bytes);
    }

    public override string ToString() => Place;

    [GeneratedRegex("^(?<verdict>accept|reject|stricter) +(?<text>.*?)( +## .+)?$")]
    private static partial Regex Line();

    [GeneratedRegex(@"<(?:(?<part>[0-9a-f]{2}(?: [0-9a-f]{2})*(?:\*\d+)?) ?)*>")]
    private static partial Regex Bytes();
}
