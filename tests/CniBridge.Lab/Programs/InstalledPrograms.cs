namespace CniBridge.Lab.Programs;

/// <summary>The machine's programs, wherever the developer's PATH leads.</summary>
static class InstalledPrograms
{
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The path of a program, or null when it is not installed.</summary>
    public static string? Find(string program) =>
        SearchPath.Split(':').Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
