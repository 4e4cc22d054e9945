namespace CniBridge.Lab;

/// <summary>Where the plugins are that are run.</summary>
static class PluginDirectory
{
    /// <summary>The Go plugins, as Debian installs them.</summary>
    public const string Go = "/usr/lib/cni";

    /// <summary>The published plugins under test; a missing publication is a failure, not a skip.</summary>
    public static string UnderTest
    {
        get
        {
            var directory = Environment.GetEnvironmentVariable("CNI_BRIDGE_BIN") is { Length: > 0 } given
                ? Path.GetFullPath(given)
                : Path.Combine(RepositoryRoot, "artifacts", "cni-bin");
            return File.Exists(Path.Combine(directory, "bridge"))
                ? directory
                : throw new LabException($"there is no plugin 'bridge' in {directory}: publish it first, or set CNI_BRIDGE_BIN");
        }
    }

    public static string RepositoryRoot
    {
        get
        {
            var directory = AppContext.BaseDirectory;
            while (!IsRoot(directory))
            {
                directory = Path.GetDirectoryName(directory)
                    ?? throw new DirectoryNotFoundException($"no repository above {AppContext.BaseDirectory}");
            }

            return directory;
        }
    }

    static bool IsRoot(string directory) =>
        File.Exists(Path.Combine(directory, "CniBridge.sln"))
        || File.Exists(Path.Combine(directory, "Directory.Build.props"));
}
