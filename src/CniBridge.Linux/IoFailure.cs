namespace CniBridge.Linux;

/// <summary>The ways in which access to files and to the kernel fails.</summary>
public static class IoFailure
{
    /// <summary>
    /// Returns true for everything that reading, writing and asking the kernel throw. <see cref="UnauthorizedAccessException"/> is no
    /// <see cref="IOException"/>, and neither is <see cref="InvalidDataException"/>, for an answer that cannot be true.
    /// </summary>
    public static bool IsIoFailure(this Exception exception) =>
        exception is IOException or UnauthorizedAccessException or InvalidDataException;
}
