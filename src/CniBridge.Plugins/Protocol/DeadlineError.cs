namespace CniBridge.Plugins.Protocol;

/// <summary>
/// The error object of a call that did not end before the deadline. A signal handler writes it, so it is a constant of the program.
/// Code 11: the runtime may try again.
/// </summary>
public static class DeadlineError
{
    public const string Message = "the plugin did not finish within 90 seconds";

    public const string Details = "a file system does not respond, or the call has too much work; DEL removes the leftovers";

    /// <summary>The error object, exactly as <see cref="CniResultWriter"/> writes it.</summary>
    public static ReadOnlySpan<byte> Json => """
        {
            "code": 11,
            "msg": "the plugin did not finish within 90 seconds",
            "details": "a file system does not respond, or the call has too much work; DEL removes the leftovers"
        }
        """u8;
}
