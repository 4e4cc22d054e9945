using System.Globalization;
using System.Reflection;
using System.Text;

namespace CniBridge.Linux.Tests;

/// <summary>Bytes in a readable form: hex with a comment after each field.</summary>
static class Golden
{
    /// <summary>Returns the bytes of the hex digits before the semicolon of each line.</summary>
    internal static byte[] Bytes(string text)
    {
        var digits = new StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            foreach (var c in line.Split(';')[0])
            {
                if (!char.IsWhiteSpace(c))
                    digits.Append(c);
            }
        }
        return Convert.FromHexString(digits.ToString());
    }

    /// <summary>Returns the bytes of a file below Captures, named without its extension: requests/link-up, answers/routes-v4.</summary>
    internal static byte[] Capture(string name) => Bytes(Text(name));

    /// <summary>Returns the text of the same file with its comments.</summary>
    internal static string Text(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"there is no capture {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    internal static IEnumerable<string> Captures(string directory) => Assembly.GetExecutingAssembly()
        .GetManifestResourceNames().Where(name => name.StartsWith(directory, StringComparison.Ordinal)).Order();

    internal static void AssertEqual(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        if (!expected.SequenceEqual(actual))
            Assert.Fail(SideBySide(expected, actual));
    }

    /// <summary>Returns four bytes per line: offset, expected, actual, and a mark where they differ.</summary>
    internal static string SideBySide(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        var text = new StringBuilder("offset  expected     actual\n");
        for (var offset = 0; offset < Math.Max(expected.Length, actual.Length); offset += 4)
        {
            var left = Word(expected, offset);
            var right = Word(actual, offset);
            var mark = left == right ? "" : " <--";
            text.Append(CultureInfo.InvariantCulture, $"  {offset:x4}  {left,-11}  {right,-11}{mark}\n");
        }
        return text.ToString();
    }

    static string Word(ReadOnlySpan<byte> bytes, int offset)
    {
        var word = bytes[Math.Min(offset, bytes.Length)..Math.Min(offset + 4, bytes.Length)];
        return string.Join(' ', word.ToArray().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
    }
}
