namespace CniBridge.EndToEnd.Tests;

/// <summary>Tests of how soon something is done: nothing else runs beside them.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;
