using System.Runtime.InteropServices;

namespace CniBridge.Linux;

/// <summary>
/// An error of the kernel: the operation, the error number, and the kernel's own message if there is one (netlink extended
/// acknowledgement). It is an <see cref="IOException"/>, so that one catch covers kernel and disk errors.
/// </summary>
public sealed class KernelException : IOException
{
    /// <summary>The operation in words that complete "could not …".</summary>
    public string Operation { get; }

    /// <summary>The error number; see <see cref="Linux.Errno"/>.</summary>
    public int Errno { get; }

    public KernelException(string operation, int errno, string? kernelText = null)
        : base(Describe(operation, errno, kernelText))
    {
        Operation = operation;
        Errno = errno;
    }

    /// <summary>True if a resource was busy, so that the caller may try again.</summary>
    public bool IsTemporary => Errno is Linux.Errno.EAGAIN or Linux.Errno.EBUSY or Linux.Errno.ETIMEDOUT or Linux.Errno.ENOBUFS;

    /// <summary>True if this process or the node lacks descriptors or memory.</summary>
    public bool IsForLackOfResources => Errno is Linux.Errno.EMFILE or Linux.Errno.ENFILE or Linux.Errno.ENOMEM or Linux.Errno.ENOBUFS;

    static string Describe(string operation, int errno, string? kernelText)
    {
        // Runtimes match the lower-case texts of C and Go, such as "no such file or directory".
        var text = Marshal.GetPInvokeErrorMessage(errno);
        var lower = text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
        return string.IsNullOrEmpty(kernelText)
            ? $"could not {operation}: {lower}"
            : $"could not {operation}: {lower} ({kernelText})";
    }

    internal static long ThrowIfFailed(long result, string operation) =>
        result >= 0 ? result : throw new KernelException(operation, Marshal.GetLastPInvokeError());
}
