namespace CniBridge.Linux.Files;

/// <summary>The root directory of this process (chroot(2)).</summary>
public static class RootDirectory
{
    /// <summary>Makes all paths of this process start at a directory.</summary>
    /// <exception cref="KernelException">The directory does not exist, or the process lacks the capability CAP_SYS_CHROOT.</exception>
    public static unsafe void Change(string path)
    {
        using var directory = new CString(path, stackalloc byte[CString.BufferSize]);
        KernelException.ThrowIfFailed(LibC.chroot(directory.Pointer), $"change the root directory to {path}");
        // The working directory would stay outside.
        using var root = new CString("/", stackalloc byte[CString.BufferSize]);
        KernelException.ThrowIfFailed(LibC.chdir(root.Pointer), "change the working directory to /");
    }
}
