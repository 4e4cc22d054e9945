using System.Collections;

namespace CniBridge.CommandLine;

/// <summary>The environment of this process. The layers below receive it as a parameter and never read it themselves.</summary>
static class EnvironmentVariables
{
    internal static Dictionary<string, string> ReadAll()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }

    /// <summary>Returns the named variables that are set. Reading a few by name is faster than a copy of all variables.</summary>
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
