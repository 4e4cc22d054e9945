namespace CniBridge.Benchmark;

/// <summary>What a runtime asks of a plugin; in capitals, CNI_COMMAND.</summary>
enum Verb
{
    Add,
    Del,
    Version,
}
