using System.Globalization;
using System.Text.Json;

namespace CniBridge.Node.Inspection.Configurations;

/// <summary>Where in a text each key stands: plugins[0].ipam.ranges[0][0].subnet</summary>
sealed class JsonPositions
{
    readonly byte[] _text;
    readonly Dictionary<string, long> _offsets = new(StringComparer.Ordinal);
    readonly HashSet<string> _repeated = new(StringComparer.Ordinal);

    /// <param name="text">Valid JSON whose strings are whole characters.</param>
    internal JsonPositions(byte[] text)
    {
        _text = text;
        var reader = new Utf8JsonReader(text);
        reader.Read();
        Visit(ref reader, "");
    }

    /// <summary>All paths, in the text's order; of a key that is given twice the last place counts.</summary>
    internal IEnumerable<string> Paths => _offsets.Keys;

    /// <summary>The paths of keys that are given twice.</summary>
    internal IReadOnlyCollection<string> Repeated => _repeated;

    /// <summary>Of a key, or an item of a list; the text's beginning for what is not there.</summary>
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
