namespace CniBridge.EndToEnd.Tests.Kubernetes.Fakes;

/// <summary>The part of an answer that a hanging API server does not send.</summary>
enum Silence
{
    /// <summary>Sends the whole answer.</summary>
    None,

    /// <summary>Accepts the connection and sends nothing.</summary>
    Complete,

    /// <summary>Sends the header and half of a list.</summary>
    AfterHalfAList,
}
