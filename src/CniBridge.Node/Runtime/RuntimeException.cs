namespace CniBridge.Node.Runtime;

/// <summary>What an operator is told: one plain sentence with what to do.</summary>
public sealed class RuntimeException(string message) : Exception(message);
