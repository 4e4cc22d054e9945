namespace CniBridge.Lab.Crashes;

/// <summary>The disturbed call of one plugin in a verb of the whole chain. The other calls are undisturbed.</summary>
sealed record ChainStep(string Verb, string Plugin)
{
    /// <summary>All steps in the order in which a runtime calls the plugins.</summary>
    public static IReadOnlyList<ChainStep> All { get; } =
    [
        new("ADD", "bridge"), new("ADD", "portmap"),
        new("DEL", "portmap"), new("DEL", "bridge"),
        new("GC", "bridge"), new("GC", "portmap"),
    ];

    public override string ToString() => $"{Verb} {Plugin}";
}
