namespace CniBridge.Conventions.Tests;

/// <summary>The working tree that the tests were built from.</summary>
static class Repository
{
    /// <summary>Absolute path of the directory that contains <c>CniBridge.sln</c>.</summary>
    internal static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Absolute directories of the projects below <paramref name="parent"/> ("src" or "tests"), sorted.</summary>
    internal static IReadOnlyList<string> Projects(string parent) =>
        [.. Directory.EnumerateDirectories(Path.Combine(Root, parent)).Where(HasProject).Order(StringComparer.Ordinal)];

    /// <summary>Absolute paths of the C# files of a directory and its subdirectories, sorted; build output is left out.</summary>
    internal static IReadOnlyList<string> Sources(string directory) =>
        [.. Files(directory, "*.cs")];

    /// <summary>Absolute paths of the files of a directory that match a pattern, sorted; build output is left out.</summary>
    internal static IEnumerable<string> Files(string directory, string pattern) =>
        Directory.EnumerateFiles(directory, pattern, SearchOption.AllDirectories).Where(IsSource).Order(StringComparer.Ordinal);

    /// <summary>The path as seen from the root of the repository, with "/" between its parts.</summary>
    internal static string Relative(string path) => Path.GetRelativePath(Root, path);

    static bool HasProject(string directory) => Directory.EnumerateFiles(directory, "*.csproj").Any();

    static bool IsSource(string path) =>
        !Relative(path).Split('/').Any(part => part is "artifacts" or "bin" or "obj" or ".git" or "node_modules");

    static string FindRoot(string directory) =>
        File.Exists(Path.Combine(directory, "CniBridge.sln"))
            ? directory
            : FindRoot(Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("no CniBridge.sln above the tests"));
}
