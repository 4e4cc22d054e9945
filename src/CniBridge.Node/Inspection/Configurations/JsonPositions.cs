using System.Globalization;
using System.Text.Json;

namespace CniBridge.Node.Inspection.Configurations;

/// <summary>The position of each key in a JSON text. Keys have paths such as plugins[0].ipam.ranges[0][0].subnet.</summary>
sealed class JsonPositions
{
    readonly byte[] _text;
    readonly Dictionary<string, long> _offsets = new(StringComparer.Ordinal);
    readonly HashSet<string> _repeated = new(StringComparer.Ordinal);

    /// <param name="text">Valid JSON without unpaired surrogates in its strings.</param>
    internal JsonPositions(byte[] text)
    {
        _text = text;
        var reader = new Utf8JsonReader(text);
        reader.Read();
        Visit(ref reader, "");
    }

    /// <summary>All paths in the order of the text. For a duplicate key the last position counts.</summary>
    internal IEnumerable<string> Paths => _offsets.Keys;

    /// <summary>The paths of duplicate keys.</summary>
    internal IReadOnlyCollection<string> Repeated => _repeated;

    /// <summary>Returns the position of a key or an array item; the start of the text for an unknown path.</summary>
    internal TextPosition Find(string path) => TextPosition.At(_text, _offsets.GetValueOrDefault(path));

    void Visit(ref Utf8JsonReader reader, string path)
    {
        _offsets.TryAdd(path, reader.TokenStartIndex);
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var key = path.Length == 0 ? reader.GetString()! : $"{path}.{reader.GetString()}";
                if (!names.Add(key))
                    _repeated.Add(key);
                _offsets[key] = reader.TokenStartIndex;
                reader.Read();
                Visit(ref reader, key);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                Visit(ref reader, $"{path}[{i.ToString(CultureInfo.InvariantCulture)}]");
        }
    }
}
