using CniBridge.Linux.Files;

namespace CniBridge.Linux.Namespaces;

/// <summary>
/// The root directory of a process. Files below it are found without following links and without opening them. The owner of a
/// mount namespace may place anything there, such as a link out of it, or a device with side effects.
/// </summary>
sealed class ProcessRoot : IDisposable
{
    readonly Descriptor _directory;

    ProcessRoot(Descriptor directory) => _directory = directory;

    /// <summary>Opens the root directory of a process. Returns null if the process has ended or access is denied.</summary>
    /// <param name="process">The directory /proc/PID of the process.</param>
    /// <exception cref="KernelException">The process or the node lacks descriptors or memory.</exception>
    internal static ProcessRoot? TryOpen(string process)
    {
        // This link belongs to the kernel and may be followed.
        var directory = Descriptor.TryOpen($"{process}/root", LibC.O_PATH | LibC.O_DIRECTORY, 0,
            Errno.ENOENT, Errno.ESRCH, Errno.EACCES, Errno.EPERM, Errno.ENOTDIR);
        return directory is null ? null : new ProcessRoot(directory);
    }

    /// <summary>Returns an O_PATH descriptor of a file, or null if a directory of the path is a link or cannot be searched.</summary>
    /// <param name="path">An absolute path, as the process sees it.</param>
    /// <exception cref="KernelException">The process or the node lacks descriptors or memory.</exception>
    internal Descriptor? TryFind(string path)
    {
        var found = _directory;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = name == ".." ? null : Descriptor.TryOpenPathIn(found, name);
            if (found != _directory)
                found.Dispose();
            if (next is null)
                return null;
            found = next;
        }
        return found == _directory ? null : found;
    }

    public void Dispose() => _directory.Dispose();
}
