using System.Text;
using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>A file of settings for another program, whose first line says that we wrote it.</summary>
sealed class OwnTextFile(string path)
{
    /// <summary>A comment to each of those programs.</summary>
    internal const string Header = "# Written by cni-bridge install --host-integration; cni-bridge uninstall removes it.\n";

    /// <summary>What the first line of such a file begins with, whichever version wrote it.</summary>
    const string Mark = "# Written by cni-bridge";

    const uint Mode = 0b110_100_100;
    const int MaxLength = 1 << 16;

    internal string Path => path;

    internal bool IsOurs() => Read()?.StartsWith(Mark, StringComparison.Ordinal) == true;

    /// <exception cref="RuntimeException">Somebody else has a file of the name.</exception>
    internal void RefuseOthers()
    {
        // A link to /dev/null is how systemd's files are masked.
        if (SmallFile.Exists(path) && !IsOurs())
            throw new RuntimeException($"{path} is somebody else's: its first line does not say that cni-bridge wrote it; move it away");
    }

    /// <returns>False if it had the text.</returns>
    internal bool Write(string text)
    {
        RefuseOthers();
        var directory = System.IO.Path.GetDirectoryName(path)!;
        SmallFile.TryDeleteUnfinished(path);
        if (Read() == text)
            return false;
        Directories.Ensure(directory);
        SmallFile.Publish(path, Encoding.UTF8.GetBytes(text), Mode);
        return true;
    }

    string? Read() => SmallFile.TryReadRegular(path, MaxLength) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
