namespace CniBridge.Linux.Files;

/// <summary>The free space of a file system (statvfs(3)), for a process of root.</summary>
public static unsafe class FileSystemSpace
{
    /// <summary>
    /// Returns what the file system of a path has none of: "space" or "inodes"; null if a file can be created. File systems that create
    /// inodes on demand have 0 of 0.
    /// </summary>
    /// <param name="path">A directory. If it does not exist, its nearest parent counts.</param>
    /// <exception cref="KernelException">The file system cannot be examined.</exception>
    public static string? FindShortage(string path)
    {
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent)
            path = parent;
        statvfs64 found;
        KernelException.ThrowIfFailed(LibC.statvfs(path, &found), $"examine the file system of {path}");
        if (found.f_blocks > 0 && found.f_bfree == 0)
            return "space";
        return found.f_files > 0 && found.f_ffree == 0 ? "inodes" : null;
    }
}
