namespace CniBridge.Plugins.Protocol;

/// <summary>The pairs of CNI_ARGS: KEY=VALUE;KEY=VALUE with case-sensitive keys.</summary>
public sealed class CniArgs
{
    const string IgnoreUnknown = "IgnoreUnknown";

    readonly Dictionary<string, string> _pairs;

    CniArgs(Dictionary<string, string> pairs) => _pairs = pairs;

    /// <summary>Returns the value of a key, or null.</summary>
    public string? this[string key] => _pairs.GetValueOrDefault(key);

    /// <summary>Parses the pairs. Refuses unknown keys unless IgnoreUnknown is set.</summary>
    /// <exception cref="CniException">Code 4.</exception>
    public static CniArgs Parse(string text, params ReadOnlySpan<string> known)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        var unknown = new List<string>();
        foreach (var pair in text.Length == 0 ? [] : text.Split(';'))
        {
            var parts = pair.Split('=');
            if (parts.Length != 2)
                throw new CniException(CniErrorCode.InvalidEnvironment, $"ARGS: invalid pair \"{pair}\"");
            pairs[parts[0]] = parts[1];
            if (parts[0] != IgnoreUnknown && !known.Contains(parts[0]))
                unknown.Add($"\"{pair}\"");
        }
        var ignores = pairs.TryGetValue(IgnoreUnknown, out var value) && ParseBoolean(value);
        if (unknown.Count > 0 && !ignores)
            throw new CniException(CniErrorCode.InvalidEnvironment, $"ARGS: unknown args [{string.Join(' ', unknown)}]");
        return new CniArgs(pairs);
    }

    static bool ParseBoolean(string value) => value.ToUpperInvariant() switch
    {
        "1" or "TRUE" => true,
        "0" or "FALSE" => false,
        _ => throw new CniException(CniErrorCode.InvalidEnvironment,
            $"ARGS: error parsing value of pair \"{IgnoreUnknown}={value}\": boolean unmarshal error: invalid input {value}"),
    };
}
