namespace CniBridge.TestRun;

/// <summary>A test that failed, or a process that did not do what it should.</summary>
sealed record Failure(string Name, string Text);
