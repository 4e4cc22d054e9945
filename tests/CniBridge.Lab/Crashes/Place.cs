namespace CniBridge.Lab.Crashes;

/// <summary>How the disturbed call ended.</summary>
enum Ending
{
    /// <summary>By the signal.</summary>
    Killed,

    /// <summary>With an error in JSON.</summary>
    Refused,

    /// <summary>With success, and all is done.</summary>
    Done,

    /// <summary>Otherwise: the runtime or the loader could not go on.</summary>
    Aborted,
}

/// <summary>One row of the matrix before rows are put together: a call that was disturbed, and what came of it.</summary>
/// <param name="Problems">What is wrong in words, with what is left; nothing when all is right.</param>
sealed record Place(ChainStep Step, Injection Injection, Ending Ending, IReadOnlyList<string> Problems)
{
    public override string ToString() => $"{Step}, {Injection}: {Ending}\n{string.Join('\n', Problems)}";
}
