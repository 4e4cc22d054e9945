using System.Text.Json;

namespace CniBridge.Node.Cluster;

/// <summary>
/// JSON of any length, token by token: a list of 5,000 nodes is 75 MB, of which a few hundred kilobytes are wanted. No more
/// of it is in memory than a piece that grows to the longest single token.
/// </summary>
/// <exception cref="JsonException">From all that reads: no JSON, cut short, or something behind it.</exception>
sealed class JsonStream(Stream input)
{
    const int FirstSize = 64 * 1024;

    /// <summary>Kubernetes takes no object of more than 1.5 MB: a token that is longer than this is no list of nodes.</summary>
    internal const int MaxSize = 4 * 1024 * 1024;

    byte[] _buffer = new byte[FirstSize];
    int _token, _start, _end;
    string? _name;
    bool _isAtEnd;
    JsonReaderState _state;

    /// <summary>How many bytes are held at most until now.</summary>
    internal int BufferSize => _buffer.Length;

    internal JsonTokenType Kind { get; private set; }

    /// <summary>Goes to the next token; false at the end.</summary>
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

    /// <summary>At a value: of a string its characters, "" if they are none; of anything else null, and it is passed over.</summary>
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

    /// <summary>Returns the number at the current value; null for anything else, which is skipped.</summary>
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

    /// <summary>At a value: each property of an object in turn; false for anything else, which is passed over.</summary>
    /// <param name="read">Called with the name at the value, which it must read or skip.</param>
    internal bool ReadObject(Action<string> read)
    {
        if (Kind != JsonTokenType.StartObject)
        {
            Skip();
            return false;
        }
        while (Read() && Kind == JsonTokenType.PropertyName)
        {
            // A name that is no text is no key of ours.
            var name = _name ?? "";
            Read();
            read(name);
        }
        return true;
    }

    /// <summary>At a value: each item of a list in turn; false for anything else, which is passed over.</summary>
    /// <param name="read">Called at the item, which it must read or skip.</param>
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

    /// <summary>At a value: goes to its last token.</summary>
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

    /// <summary>Moves what is left to the front and reads behind it; half a token that fills all makes room for more.</summary>
    void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxSize)
                throw new JsonException($"a single text is longer than {MaxSize / 1024 / 1024} MiB");
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
