namespace CniBridge.TestRun;

/// <summary>The counts of a class of tests.</summary>
sealed class ClassResult(TestProject project, string name, DateTimeOffset begin)
{
    public string Title => $"{project.ShortName}  {project.Shorten(name)}";

    public DateTimeOffset Begin => begin;

    public TimeSpan Duration { get; set; }

    public int Passed { get; set; }

    public int Failed { get; set; }

    public int Skipped { get; set; }

    public int Total => Passed + Failed + Skipped;

    public string Counts =>
        $"{Passed} passed{(Failed > 0 ? $", {Failed} FAILED" : "")}{(Skipped > 0 ? $", {Skipped} skipped" : "")}";
}
