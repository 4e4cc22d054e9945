using CniBridge.Linux;

namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>A request that the API server did not answer as expected. The message is one sentence for the operator.</summary>
sealed class ApiException(string message, Exception? inner = null) : Exception(PrintableText.Cut(message, MaxText), inner)
{
    /// <summary>The longest message. Parts of it come from the server, and it stays in the log and on the page /readyz.</summary>
    const int MaxText = 500;

    /// <summary>The watch cannot continue: the server no longer knows the resource version (HTTP 410), or an event was lost.</summary>
    internal bool NeedsList { get; init; }
}
