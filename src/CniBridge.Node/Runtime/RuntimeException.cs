namespace CniBridge.Node.Runtime;

/// <summary>An error for the operator. The message is one sentence that says what to do.</summary>
public sealed class RuntimeException(string message) : Exception(message);
