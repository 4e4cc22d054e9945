using System.Globalization;
using System.Text.Json;

namespace CniBridge.Plugins.Json;

/// <summary>
/// Typed access to the keys of a JSON object. A key that is absent or null has the value null. A value of another type throws an
/// exception that names the whole path. For a repeated key (ignoring case) Go's rules apply: objects are merged, and of other values
/// the last one that is not null counts.
/// </summary>
sealed class JsonKeys
{
    readonly JsonTree _object;
    readonly string _path;

    JsonKeys(JsonTree tree, string path)
    {
        _object = tree;
        _path = path;
    }

    /// <exception cref="JsonException">The value is not an object.</exception>
    internal static JsonKeys Create(JsonTree tree, string path) => tree.Kind == JsonTokenType.StartObject
        ? new JsonKeys(tree, path)
        : throw Expected("an object", tree, path);

    /// <summary>Returns whether the object has the key, even with the value null.</summary>
    internal bool Has(string key) => _object.Names.Exists(name => string.Equals(name, key, StringComparison.OrdinalIgnoreCase));

    internal string? GetString(string key) => Find(key) is { } value ? ReadText(value, PathOf(key)) : null;

    internal bool IsString(string key) => Find(key) is { Kind: JsonTokenType.String, Text: not null };

    /// <summary>Returns an integer in the form that Go accepts: no fraction, exponent or quotes.</summary>
    /// <param name="orWord">A string that is allowed instead of a number and returns null; see <see cref="IsWord"/>.</param>
    internal int? GetInt32(string key, string? orWord = null)
    {
        if (Find(key) is not { } value || (orWord is not null && IsWord(key, orWord)))
            return null;
        return value.Kind == JsonTokenType.Number &&
            int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Expected(orWord is null ? "a whole number" : $"a whole number or \"{orWord}\"", value, PathOf(key));
    }

    /// <summary>Returns an integer, or null for a value of any other type.</summary>
    internal int? TryGetInt32(string key) =>
        Find(key) is { Kind: JsonTokenType.Number } value &&
        int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>Returns a 64-bit integer; see <see cref="GetInt32"/>.</summary>
    internal long? GetInt64(string key)
    {
        if (Find(key) is not { } value)
            return null;
        return value.Kind == JsonTokenType.Number &&
            long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Expected("a whole number", value, PathOf(key));
    }

    internal bool IsWord(string key, string word) => Find(key) is { Kind: JsonTokenType.String } value && value.Text == word;

    internal bool? GetBoolean(string key) => Find(key) is { } value ? ReadTruth(value, PathOf(key)) : null;

    static bool ReadTruth(JsonTree value, string path) => value.Kind switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Expected("true or false", value, path),
    };

    /// <summary>Returns whether the value is true. Returns false for a value of any other type.</summary>
    internal bool IsTrue(string key) => Find(key) is { Kind: JsonTokenType.True };

    /// <summary>Checks that a value is an object with any members.</summary>
    internal void CheckObject(string key)
    {
        if (FindObject(key) is { } value)
            Create(value, PathOf(key));
    }

    /// <summary>Checks that a value is an object of true, false and null.</summary>
    internal void CheckBooleans(string key)
    {
        if (FindObject(key) is not { } value)
            return;
        var members = Create(value, PathOf(key));
        for (var i = 0; i < value.Names.Count; i++)
        {
            if (value.Values[i].Kind != JsonTokenType.Null)
                ReadTruth(value.Values[i], members.PathOf(value.Names[i] ?? ""));
        }
    }

    internal T? GetObject<T>(string key, Func<JsonKeys, T> read)
        where T : class => FindObject(key) is { } value ? read(Create(value, PathOf(key))) : null;

    internal List<T?>? GetObjects<T>(string key, Func<JsonKeys, T> read)
        where T : class => Find(key) is { } value ? ReadObjects(value, PathOf(key), read) : null;

    /// <summary>Returns a list of lists of objects.</summary>
    internal List<List<T?>?>? GetObjectLists<T>(string key, Func<JsonKeys, T> read)
        where T : class => Find(key) is { } value ? ReadList(value, PathOf(key), (item, path) => ReadObjects(item, path, read)) : null;

    internal List<string?>? GetStrings(string key) => Find(key) is { } value ? ReadList(value, PathOf(key), ReadText) : null;

    JsonTree? Find(string key)
    {
        for (var i = _object.Names.Count - 1; i >= 0; i--)
        {
            if (IsAt(i, key))
                return _object.Values[i];
        }
        return null;
    }

    /// <summary>Returns whether an entry has the key and a value other than null.</summary>
    bool IsAt(int index, string key) =>
        string.Equals(_object.Names[index], key, StringComparison.OrdinalIgnoreCase) && _object.Values[index].Kind != JsonTokenType.Null;

    /// <summary>Returns the value of a key that must be an object. Repeated keys return one object with the members of all.</summary>
    JsonTree? FindObject(string key)
    {
        JsonTree? merged = null;
        for (var i = 0; i < _object.Names.Count; i++)
        {
            if (IsAt(i, key))
                merged = merged is null ? _object.Values[i] : Merge(merged, _object.Values[i], PathOf(key));
        }
        return merged;
    }

    static JsonTree Merge(JsonTree earlier, JsonTree later, string path)
    {
        var (one, other) = (Create(earlier, path)._object, Create(later, path)._object);
        return new JsonTree(JsonTokenType.StartObject, "")
        {
            Names = [.. one.Names, .. other.Names],
            Values = [.. one.Values, .. other.Values],
        };
    }

    static List<T?> ReadObjects<T>(JsonTree list, string path, Func<JsonKeys, T> read)
        where T : class => ReadList(list, path, (item, itemPath) => read(Create(item, itemPath)));

    static List<T?> ReadList<T>(JsonTree list, string path, Func<JsonTree, string, T> read)
        where T : class
    {
        if (list.Kind != JsonTokenType.StartArray)
            throw Expected("a list", list, path);
        var items = new List<T?>();
        foreach (var item in list.Values)
        {
            var itemPath = $"{path}[{items.Count.ToString(CultureInfo.InvariantCulture)}]";
            items.Add(item.Kind == JsonTokenType.Null ? null : read(item, itemPath));
        }
        return items;
    }

    static string ReadText(JsonTree value, string path) =>
        value is { Kind: JsonTokenType.String, Text: { } text } ? text : throw Expected("a string", value, path);

    string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    static JsonException Expected(string what, JsonTree found, string path)
    {
        var message = $"expected {what}, found {Describe(found)}";
        return new JsonException(path.Length == 0 ? message : $"key {path}: {message}");
    }

    static string Describe(JsonTree tree) => tree.Kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String when tree.Text is null => "half of a surrogate pair",
        JsonTokenType.String => $"\"{tree.Text}\"",
        _ => tree.Text!,
    };
}
