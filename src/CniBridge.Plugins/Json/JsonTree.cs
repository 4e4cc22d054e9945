using System.Text.Json;

namespace CniBridge.Plugins.Json;

/// <summary>A parsed JSON value; see <see cref="JsonParser"/>.</summary>
/// <param name="kind">StartObject, StartArray, String, Number, True, False or Null.</param>
sealed class JsonTree(JsonTokenType kind, string? text)
{
    internal JsonTokenType Kind { get; } = kind;

    /// <summary>
    /// The characters of a string, or the written form of a number or literal. Null for a string with half of a surrogate pair.
    /// </summary>
    internal string? Text { get; } = text;

    /// <summary>
    /// The keys of an object, in the order of <see cref="Values"/>. A repeated key occurs several times. A key may be null as in
    /// <see cref="Text"/>.
    /// </summary>
    internal List<string?> Names { get; init; } = s_noNames;

    /// <summary>The values of an object or a list.</summary>
    internal List<JsonTree> Values { get; init; } = s_noValues;

    // Most values have no members. Two lists for each would take half of the memory of a configuration.
    static readonly List<string?> s_noNames = [];
    static readonly List<JsonTree> s_noValues = [];
}
