using System.Globalization;
using System.Text.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>
/// The keys of a JSON object, each asked for with the type that it must have: null where it is absent or null, an exception
/// that names the whole path where it is of another type. Of a key given twice the last counts.
/// </summary>
sealed class JsonKeys
{
    readonly JsonElement _object;
    readonly string _path;

    JsonKeys(JsonElement element, string path)
    {
        _object = element;
        _path = path;
    }

    /// <exception cref="JsonException">Not an object.</exception>
    internal static JsonKeys Of(JsonElement element, string path) => element.ValueKind == JsonValueKind.Object
        ? new JsonKeys(element, path)
        : throw Expected("an object", element, path);

    internal string? Text(string key) => Find(key) is { } value ? ReadText(value, PathOf(key)) : null;

    /// <summary>Integers as Go takes them: no fraction, no exponent, no quotes.</summary>
    internal int? Number(string key)
    {
        if (Find(key) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : throw Expected("a whole number", value, PathOf(key));
    }

    internal bool? Truth(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Expected("true or false", value, PathOf(key)),
    };

    internal T? Object<T>(string key, Func<JsonKeys, T> read)
        where T : class => Find(key) is { } value ? read(Of(value, PathOf(key))) : null;

    internal List<T?>? Objects<T>(string key, Func<JsonKeys, T> read)
        where T : class => Find(key) is { } value ? ReadObjects(value, PathOf(key), read) : null;

    /// <summary>A list of lists of objects.</summary>
    internal List<List<T?>?>? ObjectLists<T>(string key, Func<JsonKeys, T> read)
        where T : class => Find(key) is { } value ? ReadList(value, PathOf(key), (item, path) => ReadObjects(item, path, read)) : null;

    internal List<string?>? Texts(string key) => Find(key) is { } value ? ReadList(value, PathOf(key), ReadText) : null;

    /// <summary>The value as written, whatever it is.</summary>
    internal string? Raw(string key) => Find(key)?.GetRawText();

    JsonElement? Find(string key)
    {
        JsonElement? found = null;
        foreach (var property in _object.EnumerateObject())
        {
            if (property.NameEquals(key) || NameOf(property).Equals(key, StringComparison.OrdinalIgnoreCase))
                found = property.Value;
        }
        return found is { ValueKind: JsonValueKind.Null } ? null : found;
    }

    static List<T?> ReadObjects<T>(JsonElement list, string path, Func<JsonKeys, T> read)
        where T : class => ReadList(list, path, (item, itemPath) => read(Of(item, itemPath)));

    static List<T?> ReadList<T>(JsonElement list, string path, Func<JsonElement, string, T> read)
        where T : class
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw Expected("a list", list, path);
        var items = new List<T?>();
        foreach (var item in list.EnumerateArray())
        {
            var itemPath = string.Create(CultureInfo.InvariantCulture, $"{path}[{items.Count}]");
            items.Add(item.ValueKind == JsonValueKind.Null ? null : read(item, itemPath));
        }
        return items;
    }

    static string ReadText(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.String ? Unescape(value, path) : throw Expected("a string", value, path);

    static string Unescape(JsonElement value, string path)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new JsonException($"key {path}: the string has half of a surrogate pair");
        }
    }

    /// <summary>A name that is no text is no key of ours.</summary>
    static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    static JsonException Expected(string what, JsonElement found, string path)
    {
        var message = $"expected {what}, found {Describe(found)}";
        return new JsonException(path.Length == 0 ? message : $"key {path}: {message}");
    }

    static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        _ => element.GetRawText(),
    };
}
