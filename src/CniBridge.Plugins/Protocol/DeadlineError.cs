namespace CniBridge.Plugins.Protocol;

/// <summary>
/// The error object of a call that did not end before the deadline. A signal handler writes it, so it is ready from the start, and
/// costs nothing where it is not needed. Code 11: the runtime may try again.
/// </summary>
public static class DeadlineError
{
    public const string Message = "the plugin did not finish within 90 seconds";

    public const string Details = "a file system that does not answer, or too much work for one call; DEL removes what is left of it";

    /// <summary>The same as <see cref="CniResultWriter"/> writes.</summary>
    public static ReadOnlySpan<byte> Json => """
        {
            "code": 11,
            "msg": "the plugin did not finish within 90 seconds",
            "details": "a file system that does not answer, or too much work for one call; DEL removes what is left of it"
        }
        """u8;
}
