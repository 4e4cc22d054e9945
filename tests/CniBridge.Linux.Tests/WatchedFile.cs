using CniBridge.Linux.Files;

namespace CniBridge.Linux.Tests;

/// <summary>A file, and a directory beside it with another file. The kernel reports when they are opened.</summary>
sealed unsafe class WatchedFile : IDisposable
{
    const uint IN_OPEN = 0x20;

    readonly string _directory = Directory.CreateTempSubdirectory("watched-").FullName;
    readonly Descriptor _events = Descriptor.OpenInotify();

    internal WatchedFile()
    {
        // The user of another user namespace must reach the directory.
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        File.WriteAllText(Path, "");
        Directory.CreateDirectory(Path + ".d");
        File.WriteAllText(Path + ".d/net", "");
        foreach (var path in (string[])[Path, Path + ".d/net"])
            Assert.True(LibC.inotify_add_watch(_events.Number, path, IN_OPEN) >= 0);
    }

    internal string Path => _directory + "/file";

    internal bool WasOpened()
    {
        var waiting = new pollfd { fd = _events.Number, events = LibC.POLLIN };
        return LibC.poll_errno(&waiting, 1, 0) == 1;
    }

    public void Dispose()
    {
        _events.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
