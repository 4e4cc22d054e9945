namespace CniBridge.Linux;

/// <summary>The exceptions of failed file and kernel operations.</summary>
public static class IoFailure
{
    /// <summary>
    /// Returns true for all exceptions of reading, writing and kernel requests. <see cref="UnauthorizedAccessException"/> and
    /// <see cref="InvalidDataException"/> do not derive from <see cref="IOException"/>. The latter reports an impossible answer.
    /// </summary>
    public static bool IsIoFailure(this Exception exception) =>
        exception is IOException or UnauthorizedAccessException or InvalidDataException;
}
