using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>Two sets of files that scripts/release makes from the published programs, the second one in a copy of the sources.</summary>
public sealed partial class ReleaseFiles : IDisposable
{
    const string CreationTime = "1700000000";

    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cni-bridge-release-");

    public ReleaseFiles()
    {
        try
        {
            Make();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The first set of files.</summary>
    public string Output => Path.Combine(directory.FullName, "first");

    /// <summary>The set that was made in another directory.</summary>
    public string OtherOutput => Path.Combine(directory.FullName, "second");

    internal static string Architecture =>
        RuntimeInformation.RuntimeIdentifier.EndsWith("x64", StringComparison.Ordinal) ? "amd64" : "arm64";

    internal static string Version { get; } = VersionPattern()
        .Match(File.ReadAllText(Path.Combine(PluginDirectory.RepositoryRoot, "Directory.Build.props"))).Groups[1].Value;

    internal string Archive => Path.Combine(Output, $"cni-bridge-linux-{Architecture}-v{Version}.tgz");

    internal string Package => Path.Combine(Output, $"cni-bridge_{Version}_{Architecture}.deb");

    public void Dispose() => directory.Delete(recursive: true);

    void Make()
    {
        Requirement.Programs("dpkg-deb", "python3", "tar", "gcc", "sha512sum");
        var programs = Path.Combine(directory.FullName, "programs", Architecture);
        Directory.CreateDirectory(programs);
        foreach (var path in (string[])[WholeNode.Program, AgentProgram.Path])
        {
            File.Copy(path, Path.Combine(programs, Path.GetFileName(path)));
        }

        var copy = Path.Combine(directory.FullName, "a copy", "of the sources");
        Directory.CreateDirectory(copy);
        using (var copying = new RunningProcess("sh", [
            "-ec", "tar -C \"$1\" --exclude=./artifacts --exclude=./.git -cf - . | tar -C \"$2\" -xf -",
            "sh", PluginDirectory.RepositoryRoot, copy]))
        {
            copying.WaitForExit().Succeeded();
        }

        using var first = Start(PluginDirectory.RepositoryRoot, Output);
        using var second = Start(copy, OtherOutput);
        first.WaitForExit().Succeeded();
        second.WaitForExit().Succeeded();
    }

    internal RunningProcess Start(string sources, string output, params string[] options) => new(
        Path.Combine(sources, "scripts/release"),
        ["--from", Path.Combine(directory.FullName, "programs"), "--architecture", Architecture, "--output", output, .. options, Version],
        new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = CreationTime });

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex VersionPattern();
}
