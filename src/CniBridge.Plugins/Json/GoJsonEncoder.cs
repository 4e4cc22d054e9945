using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CniBridge.Plugins.Json;

/// <summary>
/// The encoder with the rules of Go's: it escapes quotes, backslashes, control characters, &lt;, &gt;, &amp; and two line separators.
/// It also escapes DEL and the control characters of C1, which terminals obey. (The library's relaxed encoder fills tables on first
/// use, and the default one makes error messages unreadable.)
/// </summary>
sealed unsafe class GoJsonEncoder : JavaScriptEncoder
{
    /// <summary>Options for compact JSON.</summary>
    internal static readonly JsonWriterOptions Compact = new() { Encoder = new GoJsonEncoder() };

    /// <summary>The longest escape sequence: a backslash, the letter u and four hexadecimal digits.</summary>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) =>
        unicodeScalar is < 0x20 or (>= 0x7f and < 0xa0) or '"' or '\\' or '<' or '>' or '&' or 0x2028 or 0x2029 or (>= 0xd800 and < 0xe000);

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        for (var i = 0; i < textLength; i++)
        {
            // The caller encodes surrogate pairs and thereby checks them.
            if (WillEncode(text[i]))
                return i;
        }
        return -1;
    }

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var escaped = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ when WillEncode(unicodeScalar) => string.Create(CultureInfo.InvariantCulture, $"\\u{unicodeScalar:x4}"),
            _ => char.ConvertFromUtf32(unicodeScalar),
        };
        var isRoomy = escaped.AsSpan().TryCopyTo(new Span<char>(buffer, bufferLength));
        numberOfCharactersWritten = isRoomy ? escaped.Length : 0;
        return isRoomy;
    }
}
