namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>A way to answer duplicate address detection.</summary>
public enum DuplicateAnswer
{
    /// <summary>A neighbour advertisement.</summary>
    Advertisement,

    /// <summary>The advertisement with the MAC of the bridge.</summary>
    AsBridge,

    /// <summary>The advertisement behind an extension header.</summary>
    Hidden,

    /// <summary>A solicitation of duplicate address detection.</summary>
    Probe,
}
