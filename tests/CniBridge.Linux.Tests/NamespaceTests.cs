namespace CniBridge.Linux.Tests;

/// <summary>
/// The collection of tests that enter namespaces. They run one after the other, because one looks at every thread of the process.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NamespaceTests
{
    internal const string Name = "namespaces";
}
