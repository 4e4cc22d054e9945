namespace CniBridge.Plugins.Protocol;

/// <summary>
/// The error codes of the CNI specification, section "Error". It reserves 0 to 99; the reference plugins use 999 for any other error.
/// </summary>
public static class CniErrorCode
{
    public const int IncompatibleVersion = 1;
    public const int UnsupportedField = 2;
    public const int InvalidEnvironment = 4;
    public const int IoFailure = 5;
    public const int DecodingFailure = 6;
    public const int InvalidConfig = 7;

    /// <summary>
    /// A code outside the specification's table. The reference plugins use it where CNI_NETNS is the plugin's own namespace.
    /// </summary>
    public const int InvalidNamespace = 8;

    public const int TryAgainLater = 11;

    /// <summary>The answer to STATUS if no ADD can work.</summary>
    public const int NotAvailable = 50;

    /// <summary>
    /// The answer to STATUS if no ADD can work and existing attachments have limited connectivity; only delegated plugins use it.
    /// </summary>
    public const int LimitedConnectivity = 51;

    public const int Internal = 999;
}

/// <summary>A failure that the caller gets unchanged: a code, one sentence, and details that may help.</summary>
public sealed class CniException(int code, string message, string details = "") : Exception(message)
{
    /// <summary>The error code of the CNI specification; see <see cref="CniErrorCode"/>.</summary>
    public int Code { get; } = code;

    public string Details { get; } = details;

    /// <summary>Creates the error for an invalid value in the network configuration: code 7, with key and value.</summary>
    public static CniException InvalidConfig(string key, object? value, string why) =>
        new(CniErrorCode.InvalidConfig, $"invalid network config: {key} = {value ?? "null"}: {why}");
}
