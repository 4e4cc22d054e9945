namespace CniBridge.Lab.Crashes;

/// <summary>The end of the disturbed call.</summary>
enum Ending
{
    /// <summary>A signal killed the process.</summary>
    Killed,

    /// <summary>The process printed an error in JSON.</summary>
    Refused,

    /// <summary>The process succeeded.</summary>
    Done,

    /// <summary>The process ended otherwise, because the runtime or the loader could not continue.</summary>
    Aborted,
}

/// <summary>One result of the matrix before results are merged into rows: a disturbed call and its effect.</summary>
/// <param name="Problems">The problems and residues as text; empty if there are none.</param>
sealed record Place(ChainStep Step, Injection Injection, Ending Ending, IReadOnlyList<string> Problems)
{
    public override string ToString() => $"{Step}, {Injection}: {Ending}\n{string.Join('\n', Problems)}";
}
