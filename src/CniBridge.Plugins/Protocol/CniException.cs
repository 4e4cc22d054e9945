namespace CniBridge.Plugins.Protocol;

/// <summary>Error codes of the CNI specification, "Error" section; 0 to 99 are reserved, 999 is the reference plugins' "any other".</summary>
public static class CniErrorCode
{
    public const int IncompatibleVersion = 1;
    public const int UnsupportedField = 2;
    public const int InvalidEnvironment = 4;
    public const int IoFailure = 5;
    public const int DecodingFailure = 6;
    public const int InvalidConfig = 7;

    /// <summary>Not in the specification's table; the reference plugins use it for "CNI_NETNS is the plugin's own namespace".</summary>
    public const int InvalidNamespace = 8;

    public const int TryAgainLater = 11;

    /// <summary>STATUS: no ADD can work.</summary>
    public const int NotAvailable = 50;

    /// <summary>STATUS: no ADD can work, and what is there is limited; told by delegated plugins.</summary>
    public const int LimitedConnectivity = 51;

    public const int Internal = 999;
}

/// <summary>A failure that the caller is told as it is: code, one sentence, and what may help.</summary>
public sealed class CniException(int code, string message, string details = "") : Exception(message)
{
    /// <summary>See <see cref="CniErrorCode"/>.</summary>
    public int Code { get; } = code;

    public string Details { get; } = details;

    /// <summary>A value in the network configuration that cannot be: code 7, naming key and value.</summary>
    public static CniException InvalidConfig(string key, object? value, string why) =>
        new(CniErrorCode.InvalidConfig, $"invalid network config: {key} = {value ?? "null"}: {why}");
}
