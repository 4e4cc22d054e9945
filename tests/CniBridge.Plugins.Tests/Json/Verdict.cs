namespace CniBridge.Plugins.Tests.Json;

/// <summary>The verdict about a JSON text, ours and that of the base library.</summary>
public enum Verdict
{
    /// <summary>Both accept the text and read the same value.</summary>
    Accept,

    /// <summary>Both refuse the text.</summary>
    Reject,

    /// <summary>We refuse the text on purpose, and the library accepts it.</summary>
    Stricter,
}
