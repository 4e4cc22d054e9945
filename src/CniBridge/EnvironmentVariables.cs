using System.Collections;

namespace CniBridge;

/// <summary>The process's environment, which no layer below this one asks for.</summary>
static class EnvironmentVariables
{
    internal static Dictionary<string, string> Read()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }
}
