namespace CniBridge.TestRun;

/// <summary>A class of tests.</summary>
/// <param name="Name">The full name, with its namespace.</param>
/// <param name="Traits">The values of the trait <c>Run</c>, which say how the class wants to run.</param>
sealed record TestClass(TestProject Project, string Name, IReadOnlyList<string> Traits)
{
    /// <summary>The name without the namespace that all classes of the project share.</summary>
    public string ShortName => Project.Shorten(Name);

    /// <summary>True for a class whose tests judge time or the kernel's shared workers.</summary>
    public bool RunsAlone => Traits.Contains("alone");

    /// <summary>True for a class that takes long: it starts early, in a process without other classes.</summary>
    public bool RunsFirst => Traits.Contains("first");

    /// <summary>The name of what the class shares with other classes, so that one process runs them all; null for nothing.</summary>
    public string? Shared => Traits.FirstOrDefault(trait => trait.StartsWith("with ", StringComparison.Ordinal));

    /// <summary>Checks a name from the command line: the full name, its end after a dot, or a pattern with * at its ends.</summary>
    public bool Matches(string pattern)
    {
        var text = pattern.Trim('*');
        return (pattern.StartsWith('*'), pattern.EndsWith('*')) switch
        {
            (true, true) => Name.Contains(text, StringComparison.Ordinal),
            (true, false) => Name.EndsWith(text, StringComparison.Ordinal),
            (false, true) => Name.StartsWith(text, StringComparison.Ordinal) || Name.Contains($".{text}", StringComparison.Ordinal),
            _ => Name == text || Name.EndsWith($".{text}", StringComparison.Ordinal),
        };
    }
}
