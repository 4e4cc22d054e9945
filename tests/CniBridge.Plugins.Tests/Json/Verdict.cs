namespace CniBridge.Plugins.Tests.Json;

/// <summary>Whether a JSON text is valid for us and for the base library.</summary>
public enum Verdict
{
    /// <summary>Both accept the text and read the same value.</summary>
    Accept,

    /// <summary>Both refuse the text.</summary>
    Reject,

    /// <summary>We refuse the text on purpose, and the library accepts it.</summary>
    Stricter,
}
