namespace CniBridge.Lab.Crashes;

/// <summary>One call of a plugin when a runtime does a verb with the whole chain: this call is disturbed, the others are not.</summary>
sealed record ChainStep(string Verb, string Plugin)
{
    /// <summary>In the order in which a runtime calls the plugins.</summary>
    public static IReadOnlyList<ChainStep> All { get; } =
    [
        new("ADD", "bridge"), new("ADD", "portmap"),
        new("DEL", "portmap"), new("DEL", "bridge"),
        new("GC", "bridge"), new("GC", "portmap"),
    ];

    public override string ToString() => $"{Verb} {Plugin}";
}
