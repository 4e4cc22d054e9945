using System.Text;
using CniBridge.Linux.Files;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>A configuration file for another program. Its first line says that cni-bridge wrote it.</summary>
sealed class OwnTextFile(string path)
{
    /// <summary>The first line, a comment in the format of each program.</summary>
    internal const string Header = "# Written by cni-bridge install --host-integration; cni-bridge uninstall removes it.\n";

    /// <summary>The start of the first line, the same in all versions.</summary>
    const string Mark = "# Written by cni-bridge";

    const uint Mode = 0b110_100_100;
    const int MaxLength = 1 << 16;

    internal string Path => path;

    internal bool IsOurs() => Read()?.StartsWith(Mark, StringComparison.Ordinal) == true;

    /// <summary>Checks that the file belongs to cni-bridge or does not exist.</summary>
    /// <exception cref="RuntimeException">Another program wrote the file.</exception>
    internal void RefuseOthers()
    {
        // A symbolic link to /dev/null counts as a foreign file: it masks a file of systemd.
        if (SmallFile.Exists(path) && !IsOurs())
            throw new RuntimeException($"{path} does not belong to cni-bridge (its first line does not name it): move the file away");
    }

    /// <summary>Writes the file.</summary>
    /// <returns>False if it had the text already.</returns>
    internal bool Write(string text)
    {
        RefuseOthers();
        var directory = System.IO.Path.GetDirectoryName(path)!;
        AtomicFile.TryDeleteUnfinished(path);
        if (Read() == text)
            return false;
        Directories.Ensure(directory);
        AtomicFile.Publish(path, Encoding.UTF8.GetBytes(text), Mode);
        return true;
    }

    string? Read() => SmallFile.TryReadRegular(path, MaxLength) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
