namespace CniBridge.Linux.Tests;

/// <summary>Tests that enter namespaces run one after the other: one looks at every thread of the process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NamespaceTests
{
    internal const string Name = "namespaces";
}
