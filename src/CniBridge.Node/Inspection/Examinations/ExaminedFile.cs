using CniBridge.Node.Runtime;

namespace CniBridge.Node.Inspection.Examinations;

/// <summary>A configuration file that runtimes read.</summary>
/// <param name="list">The parsed file; null if it is invalid.</param>
/// <param name="problem">The first error of the file; null if it is valid.</param>
sealed class ExaminedFile(string path, NetworkList? list, string? problem)
{
    internal string Path => path;

    internal NetworkList? List => list;

    internal string? Problem => problem;

    internal bool IsList => List?.IsChain == true;

    /// <summary>Tells whether the file has a plugin of this type.</summary>
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
