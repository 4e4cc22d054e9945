using System.Globalization;
using System.Runtime.InteropServices;

namespace CniBridge.Linux.Files;

/// <summary>
/// A file that has its content but no name yet. It gets its name in one step, so that other programs see it whole or not at all.
/// A process that is killed before leaves nothing.
/// </summary>
public sealed unsafe class PendingFile : IDisposable
{
    readonly string _path;
    readonly byte[] _content;
    readonly uint _mode;
    readonly Descriptor _file;

    /// <summary>The temporary name on a file system without nameless files; null elsewhere.</summary>
    readonly string? _beside;

    PendingFile(string path, ReadOnlySpan<byte> content, uint mode)
    {
        _path = path;
        _content = content.ToArray();
        _mode = mode;
        if (AtomicFile.TryOpenNameless(path, mode) is { } nameless)
        {
            _file = nameless;
            return;
        }
        _beside = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.tmp");
        // A killed process with the same number may have left one.
        SmallFile.TryDelete(_beside);
        _file = Descriptor.Open(_beside, NewFileFlags, mode);
    }

    /// <summary>Creates the file and writes its content.</summary>
    /// <param name="path">The name that it gets later.</param>
    /// <param name="modifiedAt">The modification time, in units of 100 ns; null: now.</param>
    public static PendingFile Create(string path, ReadOnlySpan<byte> content, uint mode, DateTimeOffset? modifiedAt = null)
    {
        Descriptor.RefuseNul(path);
        var file = new PendingFile(path, content, mode);
        try
        {
            file._file.WriteAll(content);
            if (modifiedAt is { } time)
                file._file.SetModifiedAt(time);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The modification time. The file keeps it when it gets its name.</summary>
    public DateTimeOffset ModifiedAt => _file.ModifiedAt;

    /// <summary>Gives the file its name. Returns false when another file has the name.</summary>
    public bool TryPublish()
    {
        CrashPoint.Pass();
        var (source, flags) = _beside is null ? (AtomicFile.SourceOf(_file), LibC.AT_SYMLINK_FOLLOW) : (_beside, 0);
        if (LibC.linkat(LibC.AT_FDCWD, source, LibC.AT_FDCWD, _path, flags) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.EEXIST)
            return false;
        return AtomicFile.LacksHardLinks(errno) ? TryWriteNew() : throw new KernelException($"create {_path}", errno);
    }

    /// <summary>Without hard links a kill between the two steps leaves an empty file.</summary>
    bool TryWriteNew()
    {
        using var file = Descriptor.TryOpen(_path, NewFileFlags, _mode, Errno.EEXIST);
        if (file is null)
            return false;
        try
        {
            CrashPoint.Pass();
            file.WriteAll(_content);
            file.SetModifiedAt(ModifiedAt);
            return true;
        }
        catch
        {
            SmallFile.TryDelete(_path);
            throw;
        }
    }

    static int NewFileFlags => LibC.O_WRONLY | LibC.O_CREAT | LibC.O_EXCL;

    public void Dispose()
    {
        _file.Dispose();
        if (_beside is not null)
            SmallFile.TryDelete(_beside);
    }
}
