namespace CniBridge.Benchmark;

/// <summary>The verb of a call. In capitals it is CNI_COMMAND.</summary>
enum Verb
{
    Add,
    Del,
    Version,
}
