namespace CniBridge.Linux;

/// <summary>
/// The root directory of a process. Files below it are found without following links and without opening them: the owner of a
/// mount namespace decides what lies there, for example a link out of it, or a device that does something when it is opened.
/// </summary>
sealed class ProcessRoot : IDisposable
{
    readonly Descriptor _directory;

    ProcessRoot(Descriptor directory) => _directory = directory;

    /// <param name="process">/proc/PID</param>
    /// <returns>Null for a process that has ended, or that this one may not look into.</returns>
    /// <exception cref="KernelException">EMFILE and the like.</exception>
    internal static ProcessRoot? TryOpen(string process)
    {
        // This link of the kernel's own is meant to be followed.
        var directory = Descriptor.TryOpen($"{process}/root", LibC.O_PATH | LibC.O_DIRECTORY, 0,
            Errno.ENOENT, Errno.ESRCH, Errno.EACCES, Errno.EPERM, Errno.ENOTDIR);
        return directory is null ? null : new ProcessRoot(directory);
    }

    /// <summary>Returns a file as an O_PATH descriptor; null when a directory of the path is a link, or cannot be searched.</summary>
    /// <param name="path">Absolute, as the process sees it.</param>
    /// <exception cref="KernelException">EMFILE and the like.</exception>
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
