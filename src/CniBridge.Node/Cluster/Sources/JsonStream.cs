using System.Text.Json;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>
/// A reader of JSON of any length, token by token. The list of 5,000 nodes has 75 MB, of which a few hundred kilobytes are needed. The
/// buffer grows only to the longest token.
/// </summary>
/// <exception cref="JsonException">Thrown by all methods that read: the input is not valid JSON, is truncated, or has trailing
/// data.</exception>
sealed class JsonStream(Stream input)
{
    const int FirstSize = 64 * 1024;

    /// <summary>
    /// The limit of one token in bytes. Kubernetes limits objects to 1.5 MB, so a longer token is not from a list of nodes.
    /// </summary>
    internal const int MaxSize = 4 * 1024 * 1024;

    byte[] _buffer = new byte[FirstSize];
    int _token, _start, _end;
    string? _name;
    bool _isAtEnd;
    JsonReaderState _state;

    /// <summary>The size of the buffer in bytes, for tests of the memory use.</summary>
    internal int BufferSize => _buffer.Length;

    internal JsonTokenType Kind { get; private set; }

    /// <summary>Moves to the next token. Returns false at the end.</summary>
    internal bool Read()
    {
        while (true)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isAtEnd, _state);
            var isToken = reader.Read();
            Kind = isToken ? reader.TokenType : JsonTokenType.None;
            _name = Kind == JsonTokenType.PropertyName ? TextOf(ref reader) : null;
            _token = _start + (int)reader.TokenStartIndex;
            Keep(ref reader);
            if (isToken || _isAtEnd)
                return isToken;
            Fill();
        }
    }

    /// <summary>Returns the string at the current value: "" if it is not valid text, null for any other value, which is skipped.</summary>
    internal string? ReadText()
    {
        if (Kind != JsonTokenType.String)
        {
            Skip();
            return null;
        }
        var reader = new Utf8JsonReader(_buffer.AsSpan(_token, _start - _token));
        reader.Read();
        return TextOf(ref reader) ?? "";
    }

    /// <summary>Returns the number at the current value; null for any other value, which is skipped.</summary>
    internal int? ReadInt32()
    {
        if (Kind != JsonTokenType.Number)
        {
            Skip();
            return null;
        }
        var reader = new Utf8JsonReader(_buffer.AsSpan(_token, _start - _token));
        reader.Read();
        return reader.TryGetInt32(out var value) ? value : null;
    }

    /// <summary>Reads the properties of the object at the current value. Returns false for any other value, which is skipped.</summary>
    /// <param name="read">Called with each property's name; it must read or skip the value.</param>
    internal bool ReadObject(Action<string> read)
    {
        if (Kind != JsonTokenType.StartObject)
        {
            Skip();
            return false;
        }
        while (Read() && Kind == JsonTokenType.PropertyName)
        {
            // A name with invalid text matches no known key.
            var name = _name ?? "";
            Read();
            read(name);
        }
        return true;
    }

    /// <summary>Reads the items of the array at the current value. Returns false for any other value, which is skipped.</summary>
    /// <param name="read">Called for each item; it must read or skip it.</param>
    internal bool ReadList(Action read)
    {
        if (Kind != JsonTokenType.StartArray)
        {
            Skip();
            return false;
        }
        while (Read() && Kind != JsonTokenType.EndArray)
            read();
        return true;
    }

    /// <summary>Skips the current value: moves to its last token.</summary>
    internal void Skip()
    {
        if (Kind is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        for (var depth = 1; depth > 0;)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isAtEnd, _state);
            while (depth > 0 && reader.Read())
            {
                depth += reader.TokenType switch
                {
                    JsonTokenType.StartObject or JsonTokenType.StartArray => 1,
                    JsonTokenType.EndObject or JsonTokenType.EndArray => -1,
                    _ => 0,
                };
            }
            Keep(ref reader);
            if (depth > 0)
                Fill();
        }
    }

    void Keep(ref Utf8JsonReader reader)
    {
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    /// <summary>Moves the unread bytes to the front of the buffer and reads more. Enlarges the buffer if one token fills it.</summary>
    void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxSize)
                throw new JsonException($"a string is longer than {MaxSize / 1024 / 1024} MiB");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        var count = input.Read(_buffer.AsSpan(_end));
        _end += count;
        _isAtEnd = count == 0;
    }

    static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
