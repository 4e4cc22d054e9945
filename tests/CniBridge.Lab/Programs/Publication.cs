namespace CniBridge.Lab.Programs;

/// <summary>The directories in which scripts/build puts programs.</summary>
static class Publication
{
    /// <summary>Returns a directory below artifacts whose program is newer than its sources.</summary>
    /// <param name="foreignProject">A project in src that the program does not use.</param>
    /// <param name="script">The command that publishes the program, for messages.</param>
    /// <exception cref="LabException">The program is missing, or a source is newer.</exception>
    public static string Find(string name, string program, string foreignProject, string script)
    {
        var file = Path.Combine(PluginDirectory.RepositoryRoot, "artifacts", name, program);
        if (!File.Exists(file))
            throw new LabException($"there is no {file}: run {script} first");
        return FindChangedSource(File.GetLastWriteTimeUtc(file), foreignProject) is { } changed
            ? throw new LabException($"{changed} is newer than {file}: run {script} first")
            : Path.GetDirectoryName(file)!;
    }

    /// <summary>Returns a source that is newer than the publication, as scripts/lib finds it. Null if there is none.</summary>
    static string? FindChangedSource(DateTime publication, string foreignProject)
    {
        string[] files = ["Directory.Build.props", "Directory.Packages.props", "global.json", "scripts/build"];
        var foreign = Path.Combine(PluginDirectory.RepositoryRoot, "src", foreignProject) + "/";
        return Directory.EnumerateFiles(Path.Combine(PluginDirectory.RepositoryRoot, "src"), "*", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(foreign, StringComparison.Ordinal))
            .Concat(files.Select(file => Path.Combine(PluginDirectory.RepositoryRoot, file)))
            .FirstOrDefault(file => File.GetLastWriteTimeUtc(file) > publication);
    }
}
