namespace CniBridge.TestRun;

/// <summary>Classes that one process runs.</summary>
/// <param name="IsWhole">True when these are all classes of the project.</param>
sealed record Job(TestProject Project, IReadOnlyList<TestClass> Classes, bool IsWhole)
{
    /// <summary>A name for the files of this job.</summary>
    public string Title => IsWhole ? Project.ShortName : $"{Project.ShortName}.{Classes[0].ShortName}";

    /// <summary>The arguments of dotnet; the runner of xunit writes one message in JSON on each line.</summary>
    public IEnumerable<string> Arguments =>
    [
        Project.Assembly, "-noColor", "-noLogo", "-noAutoReporters", "-reporter", "json",
        .. IsWhole ? [] : Classes.SelectMany(each => new[] { "-class", each.Name }),
    ];
}
