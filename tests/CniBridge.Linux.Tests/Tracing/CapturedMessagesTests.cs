using System.Globalization;
using System.Text.RegularExpressions;
using CniBridge.Linux.Tracing;

namespace CniBridge.Linux.Tests.Tracing;

/// <summary>
/// Tests of the trace of every captured message against the comments of the capture: place, number, length, and the prefix of the name.
/// </summary>
public sealed partial class CapturedMessagesTests
{
    public static TheoryData<string> Captures => [.. Golden.Captures("requests/"), .. Golden.Captures("answers/")];

    /// <summary>An attribute of both sides. The name is that of the capture, or the prefix that the trace prints.</summary>
    sealed record Attribute(int Depth, string Name, int Number, int Length);

    [Theory, MemberData(nameof(Captures))]
    public void Traced_attributes_equal_the_comments_of_the_captures(string capture)
    {
        var annotated = Golden.Text(capture);
        var text = NetlinkTrace.Format(Protocol(annotated), Golden.Bytes(annotated));
        Assert.DoesNotContain("incomplete", text, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", text, StringComparison.Ordinal);
        Assert.DoesNotContain("payload:", text, StringComparison.Ordinal);
        Assert.DoesNotMatch("type 0x", text);

        // Some captures show large attributes as bytes, so the trace may have attributes in between.
        using var found = Traced(text).GetEnumerator();
        foreach (var expected in Annotated(annotated))
        {
            do
                Assert.True(found.MoveNext(), $"{expected} is not traced");
            while ((found.Current.Depth, found.Current.Number, found.Current.Length) != (expected.Depth, expected.Number, expected.Length));
            AssertPrefix(found.Current.Name, expected.Name);
        }
    }

    [Fact]
    public void The_comments_of_the_captures_are_recognized() =>
        Assert.InRange(Golden.Captures("").Sum(name => Annotated(Golden.Text(name)).Count), 4_000, int.MaxValue);

    static void AssertPrefix(string prefix, string name) => Assert.True(
        prefix == Unknown || name is "element" || name.StartsWith(Unknown, StringComparison.Ordinal) ||
            name.StartsWith(prefix + "_", StringComparison.Ordinal),
        $"{name} is traced as {prefix}");

    const string Unknown = "attribute";

    static int Protocol(string annotated) =>
        annotated.Contains("NFNL_SUBSYS", StringComparison.Ordinal) ? LibC.NETLINK_NETFILTER : LibC.NETLINK_ROUTE;

    static List<Attribute> Annotated(string text) =>
    [
        .. AnnotatedPattern().Matches(text).Select(match => new Attribute(
            match.Groups["indent"].Length / 2, match.Groups["name"].Value, Number(match, "type") & 0x3fff, Number(match, "length"))),
    ];

    /// <summary>Reads two bytes in hex, in little-endian order.</summary>
    static int Number(Match match, string group)
    {
        var bytes = Convert.FromHexString(match.Groups[group].Value.Replace(" ", "", StringComparison.Ordinal));
        return bytes[0] | (bytes[1] << 8);
    }

    static IEnumerable<Attribute> Traced(string text) =>
        TracedPattern().Matches(text).Select(match => new Attribute(
            (match.Groups["indent"].Length - 4) / 2, match.Groups["name"].Value,
            int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture),
            int.Parse(match.Groups["length"].Value, CultureInfo.InvariantCulture)));

    [GeneratedRegex(
        "(?m)^(?<indent> *)(?<length>[0-9a-f]{2} [0-9a-f]{2}) (?<type>[0-9a-f]{2} [0-9a-f]{2})( [0-9a-f]{2})* *; " +
        "(?<name>(?!RTEXT_)[A-Z][A-Z0-9]+_[A-Z0-9_]+|element|attribute \\d+)")]
    private static partial Regex AnnotatedPattern();

    [GeneratedRegex("(?m)^(?<indent> {4,})(?<name>[A-Za-z_0-9]+) (?<number>\\d+), (?<length>\\d+) bytes")]
    private static partial Regex TracedPattern();
}
