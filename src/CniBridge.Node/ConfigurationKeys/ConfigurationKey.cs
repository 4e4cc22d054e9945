using System.Globalization;

namespace CniBridge.Node.ConfigurationKeys;

/// <summary>
/// The description of one configuration key. Known keys, the JSON schema and docs/configuration.md are derived from it. The plugins
/// never use it: they have readers of their own (BridgeJson and others), and tests compare both.
/// </summary>
/// <param name="Name">The key; empty for an item of a list.</param>
/// <param name="Meaning">One sentence of at most 120 characters; empty for an item that its list describes.</param>
sealed record ConfigurationKey(string Name, KeyType Type, string Meaning)
{
    /// <summary>The version of cni-bridge that introduced the key.</summary>
    internal string Since { get; init; } = "0.1.0";

    /// <summary>True if its object needs the key.</summary>
    internal bool IsRequired { get; init; }

    /// <summary>True if null means the same as an absent key; false if null is an error.</summary>
    internal bool IsNullable { get; init; } = true;

    /// <summary>The default as JSON; null if the key has none.</summary>
    internal string? Default { get; init; }

    /// <summary>Values that work, as JSON texts with a comma between them.</summary>
    internal string Examples { get; init; } = "";

    internal long? Minimum { get; init; }
    internal long? Maximum { get; init; }
    internal int? MinLength { get; init; }
    internal int? MaxLength { get; init; }
    internal int? MinItems { get; init; }
    internal int? MaxItems { get; init; }

    /// <summary>The allowed texts; empty if others are allowed, too.</summary>
    internal IReadOnlyList<string> Values { get; init; } = [];

    internal TextFormat? Format { get; init; }

    /// <summary>Limits in words, for docs/configuration.md, if no other property states them.</summary>
    internal string? Limits { get; init; }

    /// <summary>Rules in the language of JSON Schema that no other property states: members of an object, without the braces.</summary>
    internal string? Rules { get; init; }

    /// <summary>The keys of an object.</summary>
    internal IReadOnlyList<ConfigurationKey> Members { get; init; } = [];

    /// <summary>The items of a list.</summary>
    internal ConfigurationKey? Item { get; init; }

    /// <summary>True if an object may have keys without a description, which belong to other programs.</summary>
    internal bool IsOpen { get; init; }

    /// <summary>True for keys of the runtime, which no plugin reads.</summary>
    internal bool IsForRuntime { get; init; }

    /// <summary>True for keys that only a runtime writes; editors do not suggest them.</summary>
    internal bool IsWrittenByRuntime { get; init; }

    /// <summary>The replacement of an outdated key, as a sentence.</summary>
    internal string? Deprecation { get; init; }

    /// <summary>The name of the definition in the JSON schema, for a description that several keys share.</summary>
    internal string? Definition { get; init; }

    /// <summary>Creates a key that is true or false.</summary>
    internal static ConfigurationKey Switch(string name, string meaning, bool isOn = false) => new(name, KeyType.Boolean, meaning)
    {
        Default = isOn ? "true" : "false",
        Examples = isOn ? "false" : "true",
    };

    /// <summary>Creates a key with a whole number.</summary>
    internal static ConfigurationKey Number(string name, string meaning, long minimum, long maximum, string examples) =>
        new(name, KeyType.Integer, meaning) { Minimum = minimum, Maximum = maximum, Examples = examples };

    /// <summary>Creates a key with a text.</summary>
    internal static ConfigurationKey Text(string name, string meaning, TextFormat? format, string examples) =>
        new(name, KeyType.Text, meaning) { Format = format, Examples = examples };

    /// <summary>Creates a key with a list.</summary>
    internal static ConfigurationKey List(string name, string meaning, ConfigurationKey? item, string examples) =>
        new(name, KeyType.List, meaning) { Item = item, Examples = examples };

    /// <summary>Creates a key with an object.</summary>
    internal static ConfigurationKey Object(string name, string meaning, string examples, params IReadOnlyList<ConfigurationKey> members) =>
        new(name, KeyType.Object, meaning) { Members = members, Examples = examples };

    /// <summary>Creates the description of a list's text items.</summary>
    internal static ConfigurationKey TextItem(string meaning, TextFormat? format, string examples) =>
        Text("", meaning, format, examples) with { IsNullable = false };

    /// <summary>Returns the key as one that its object needs; null is an error.</summary>
    internal ConfigurationKey AsRequired() => this with { IsRequired = true, IsNullable = false };

    /// <param name="json">The default as JSON.</param>
    internal ConfigurationKey WithDefault(string json) => this with { Default = json };

    /// <summary>Returns the limits for readers; empty if each value of the type is allowed.</summary>
    internal string DescribeLimits()
    {
        if (Limits is not null)
            return Limits;
        if (Values.Count > 0)
            return string.Join(", ", Values.Where(value => value.Length > 0).Select(value => $"`{value}`"));
        if (Minimum is not null)
            return string.Create(CultureInfo.InvariantCulture, $"{Minimum} to {Maximum}");
        return Format?.Noun ?? Item?.DescribeLimits() ?? "";
    }
}
