using CniBridge.Node.Runtime;

namespace CniBridge.Node.Inspection;

/// <summary>A file of the configuration directory that runtimes look at.</summary>
/// <param name="list">Null: it is not valid.</param>
/// <param name="problem">Why it is not, or the first of its plugins' that is known here.</param>
sealed class ExaminedFile(string path, NetworkList? list, string? problem)
{
    internal string Path => path;

    internal NetworkList? List => list;

    internal string? Problem => problem;

    internal bool IsList => List?.IsChain == true;

    /// <summary>Has it a plugin of this type?</summary>
    internal bool Has(string type)
    {
        foreach (var plugin in List?.Plugins ?? [])
        {
            if (plugin["type"]!.GetValue<string>() == type)
                return true;
        }
        return false;
    }
}
