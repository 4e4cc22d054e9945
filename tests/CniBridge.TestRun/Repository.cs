namespace CniBridge.TestRun;

/// <summary>The checkout that this program was built from.</summary>
static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The directory for the whole output of each test process.</summary>
    public static string Logs { get; } = Path.Combine(Root, "artifacts", "test-logs");

    static string Find()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "CniBridge.sln")))
            directory = Path.GetDirectoryName(directory) ?? throw new TestRunException($"no repository above {AppContext.BaseDirectory}");
        return directory;
    }
}
