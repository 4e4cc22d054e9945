namespace CniBridge.Lab.Programs;

/// <summary>The programs of this machine, found independently of the developer's PATH.</summary>
static class InstalledPrograms
{
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Returns the path of a program, or null if it is not installed.</summary>
    public static string? Find(string program) =>
        SearchPath.Split(':').Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
