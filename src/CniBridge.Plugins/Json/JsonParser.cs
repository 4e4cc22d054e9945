using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CniBridge.Plugins.Json;

/// <summary>
/// Reads JSON as RFC 8259 defines it: no comments, no commas at the end, nothing behind. (The library's reader sets up tables
/// for searching when it comes to its first string, and its document takes memory from pools that draw random numbers and
/// measure the processor: a tenth of an ADD.)
/// </summary>
/// <param name="text">Valid UTF-8.</param>
ref struct JsonParser(ReadOnlySpan<byte> text)
{
    /// <summary>Limits the nesting depth to prevent a stack overflow.</summary>
    const int MaxDepth = 64;

    /// <summary>A value takes up to 100 bytes of memory, and the plugins have 128 MB.</summary>
    const int MaxValues = 250_000;

    /// <summary>The value of the next byte at the end of the text.</summary>
    const int End = -1;

    readonly ReadOnlySpan<byte> _text = text;
    int _at;
    int _values;

    /// <exception cref="JsonSyntaxException">Not JSON, or something behind it.</exception>
    internal static JsonTree Parse(ReadOnlySpan<byte> text)
    {
        var parser = new JsonParser(text);
        if (parser.Peek() == End)
            throw parser.Failure("the text is empty");
        var tree = parser.ReadValue(0);
        return parser.Peek() == End ? tree : throw parser.Unexpected();
    }

    /// <summary>The next byte that is no white space, or <see cref="End"/>.</summary>
    int Peek()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            _at++;
        return _at < _text.Length ? _text[_at] : End;
    }

    /// <summary>Goes past a byte if it is the next one.</summary>
    bool Take(char expected)
    {
        if (Peek() != expected)
            return false;
        _at++;
        return true;
    }

    void Expect(char expected)
    {
        if (!Take(expected))
            throw Unexpected();
    }

    JsonTree ReadValue(int depth)
    {
        if (++_values > MaxValues)
            throw Failure(string.Create(CultureInfo.InvariantCulture, $"more than {MaxValues} values"));
        switch (Peek())
        {
            case '{': return ReadObject(depth + 1);
            case '[': return ReadList(depth + 1);
            case '"': return new JsonTree(JsonTokenType.String, ReadString());
            case 't': return ReadWord(JsonTokenType.True, "true");
            case 'f': return ReadWord(JsonTokenType.False, "false");
            case 'n': return ReadWord(JsonTokenType.Null, "null");
            default: return ReadNumber();
        }
    }

    JsonTree ReadObject(int depth)
    {
        var tree = new JsonTree(JsonTokenType.StartObject, "") { Names = [], Values = [] };
        Enter(depth);
        if (Take('}'))
            return tree;
        do
        {
            if (Peek() != '"')
                throw Unexpected();
            tree.Names.Add(ReadString());
            Expect(':');
            tree.Values.Add(ReadValue(depth));
        }
        while (Take(','));
        Expect('}');
        return tree;
    }

    JsonTree ReadList(int depth)
    {
        var tree = new JsonTree(JsonTokenType.StartArray, "") { Values = [] };
        Enter(depth);
        if (Take(']'))
            return tree;
        do
            tree.Values.Add(ReadValue(depth));
        while (Take(','));
        Expect(']');
        return tree;
    }

    void Enter(int depth)
    {
        if (depth > MaxDepth)
            throw Failure($"nested deeper than {MaxDepth} levels");
        _at++;
    }

    JsonTree ReadWord(JsonTokenType kind, string word)
    {
        foreach (var c in word)
        {
            if (_at == _text.Length || _text[_at] != c)
                throw Unexpected();
            _at++;
        }
        return new JsonTree(kind, word);
    }

    JsonTree ReadNumber()
    {
        var start = _at;
        TakeHere('-', '-');
        // A leading zero has no further digits (RFC 8259, section 6). The caller reports them as unexpected.
        if (!TakeHere('0', '0'))
            ReadDigits();
        if (TakeHere('.', '.'))
            ReadDigits();
        if (TakeHere('e', 'E'))
        {
            TakeHere('+', '-');
            ReadDigits();
        }
        return new JsonTree(JsonTokenType.Number, Encoding.ASCII.GetString(_text[start.._at]));
    }

    void ReadDigits()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit((char)_text[_at]))
            _at++;
        if (_at == start)
            throw Unexpected();
    }

    /// <summary>Goes past a byte if it is the very next one and either of two.</summary>
    bool TakeHere(char one, char other)
    {
        if (_at == _text.Length || (_text[_at] != one && _text[_at] != other))
            return false;
        _at++;
        return true;
    }

    /// <summary>Returns a string, or null if it contains half of a surrogate pair.</summary>
    string? ReadString()
    {
        var start = ++_at;
        StringBuilder? text = null;
        while (!TakeHere('"', '"'))
        {
            // Control characters are to be escaped.
            if (_at == _text.Length || _text[_at] < ' ')
                throw Unexpected();
            if (!TakeHere('\\', '\\'))
            {
                _at++;
                continue;
            }
            (text ??= new StringBuilder()).Append(Encoding.UTF8.GetString(_text[start..(_at - 1)])).Append(ReadEscaped());
            start = _at;
        }
        var rest = Encoding.UTF8.GetString(_text[start..(_at - 1)]);
        return text is null ? rest : WholeOrNull(text.Append(rest).ToString());
    }

    char ReadEscaped()
    {
        var index = _at < _text.Length ? "\"\\/bfnrtu".IndexOf((char)_text[_at], StringComparison.Ordinal) : -1;
        if (index < 0)
            throw Unexpected();
        _at++;
        return index < 8 ? "\"\\/\b\f\n\r\t"[index] : ReadCodeUnit();
    }

    char ReadCodeUnit()
    {
        var unit = 0;
        for (var i = 0; i < 4; i++)
        {
            if (_at == _text.Length || !char.IsAsciiHexDigit((char)_text[_at]))
                throw Unexpected();
            unit = (unit << 4) | int.Parse(_text.Slice(_at++, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }
        return (char)unit;
    }

    static string? WholeOrNull(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return null;
        }
        return text;
    }

    readonly JsonSyntaxException Unexpected()
    {
        if (_at == _text.Length)
            return Failure("the text ends where more is expected");
        var what = _text[_at] is > 0x20 and < 0x7f ? $"'{(char)_text[_at]}'" : $"byte 0x{_text[_at]:x2}";
        return Failure(_text[_at] is (byte)'}' or (byte)']' && IsAfterComma() ? $"unexpected {what} after a comma" : $"unexpected {what}");
    }

    readonly bool IsAfterComma()
    {
        var before = _text[.._at].TrimEnd(" \t\r\n"u8);
        return before.Length > 0 && before[^1] == ',';
    }

    readonly JsonSyntaxException Failure(string why) => JsonSyntaxException.At(_text, _at, why);
}
