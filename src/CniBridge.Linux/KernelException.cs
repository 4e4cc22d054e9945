using System.Runtime.InteropServices;

namespace CniBridge.Linux;

/// <summary>
/// The kernel said no: what was tried, the error number, and the kernel's own sentence when it gave one (netlink
/// extended acknowledgement). An <see cref="IOException"/>, so that one catch covers the kernel and the disk.
/// </summary>
public sealed class KernelException : IOException
{
    /// <summary>What was tried, in words that finish "could not …".</summary>
    public string Operation { get; }

    /// <summary>See <see cref="Linux.Errno"/>.</summary>
    public int Errno { get; }

    public KernelException(string operation, int errno, string? kernelText = null)
        : base(Describe(operation, errno, kernelText))
    {
        Operation = operation;
        Errno = errno;
    }

    /// <summary>Something else holds what we need for a moment: the caller may try again.</summary>
    public bool IsTemporary => Errno is Linux.Errno.EAGAIN or Linux.Errno.EBUSY or Linux.Errno.ETIMEDOUT or Linux.Errno.ENOBUFS;

    /// <summary>This process, or the node, has no descriptors or no memory left.</summary>
    public bool IsForLackOfResources => Errno is Linux.Errno.EMFILE or Linux.Errno.ENFILE or Linux.Errno.ENOMEM or Linux.Errno.ENOBUFS;

    static string Describe(string operation, int errno, string? kernelText)
    {
        // Runtimes match on C's and Go's lower-case texts ("no such file or directory"), so the first letter goes down.
        var text = Marshal.GetPInvokeErrorMessage(errno);
        var lower = text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
        return string.IsNullOrEmpty(kernelText)
            ? $"could not {operation}: {lower}"
            : $"could not {operation}: {lower} ({kernelText})";
    }

    internal static long ThrowIfFailed(long result, string operation) =>
        result >= 0 ? result : throw new KernelException(operation, Marshal.GetLastPInvokeError());
}
