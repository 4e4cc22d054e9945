using System.Reflection;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>Files of the repository that are part of this assembly.</summary>
static class Resource
{
    internal static string Text(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"there is no resource {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    internal static IEnumerable<string> Names(string ending) => Assembly.GetExecutingAssembly()
        .GetManifestResourceNames().Where(name => name.EndsWith(ending, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
