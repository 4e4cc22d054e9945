using System.Text.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>A parsed JSON value; see <see cref="JsonParser"/>.</summary>
/// <param name="kind">StartObject, StartArray, String, Number, True, False or Null.</param>
sealed class JsonTree(JsonTokenType kind, string? text)
{
    internal JsonTokenType Kind { get; } = kind;

    /// <summary>The characters of a string, null where they are half of a surrogate pair; of a number or word the written form.</summary>
    internal string? Text { get; } = text;

    /// <summary>Of an object, in the order of <see cref="Values"/>; a key given twice is there twice. Null as in <see cref="Text"/>.</summary>
    internal List<string?> Names { get; init; } = s_noNames;

    /// <summary>Of an object or a list.</summary>
    internal List<JsonTree> Values { get; init; } = s_noValues;

    // Most values have no parts: two lists for each would be half of what a configuration takes.
    static readonly List<string?> s_noNames = [];
    static readonly List<JsonTree> s_noValues = [];
}
