using System.Collections;

namespace CniBridge;

/// <summary>The process's environment, which no layer below this one asks for.</summary>
static class EnvironmentVariables
{
    internal static Dictionary<string, string> ReadAll()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }

    /// <summary>Asking for a few by name spares copying all.</summary>
    internal static Dictionary<string, string> Read(string[] names)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                variables[name] = value;
        }
        return variables;
    }
}
