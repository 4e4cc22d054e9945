namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>How much of an answer a hanging API server sends.</summary>
enum Silence
{
    /// <summary>It answers.</summary>
    None,

    /// <summary>It accepts the connection and sends nothing.</summary>
    Complete,

    /// <summary>It sends the header and half of a list.</summary>
    AfterHalfAList,
}
