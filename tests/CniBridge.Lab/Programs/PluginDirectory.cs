using System.Runtime.InteropServices;

namespace CniBridge.Lab.Programs;

/// <summary>The directories of the plugins.</summary>
static class PluginDirectory
{
    /// <summary>The directory of the Go plugins in Debian.</summary>
    public const string Go = "/usr/lib/cni";

    /// <summary>The directory of the published plugins under test. A missing or outdated publication is a failure, not a skip.</summary>
    public static string UnderTest => s_underTest.Value;

    static readonly Lazy<string> s_underTest = new(Find);

    /// <summary>Returns the published plugins for a runtime, such as linux-arm64; they may be those of another architecture.</summary>
    public static string Of(string runtime) =>
        RuntimeInformation.RuntimeIdentifier == runtime ? UnderTest : FindPublished($"cni-bin-{runtime}", $"scripts/build {runtime}");

    static string Find()
    {
        if (Environment.GetEnvironmentVariable("CNI_BRIDGE_BIN") is { Length: > 0 } given)
        {
            return CheckExists(Path.GetFullPath(given), "scripts/build");
        }

        return FindPublished("cni-bin", "scripts/build");
    }

    static string FindPublished(string name, string script) =>
        CheckExists(Publication.Find(name, "cni-bridge", "CniBridge.Agent", script), script);

    static string CheckExists(string directory, string script) =>
        File.Exists(Path.Combine(directory, "bridge"))
            ? directory
            : throw new LabException($"there is no plugin 'bridge' in {directory}: run {script} first, or set CNI_BRIDGE_BIN");

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
