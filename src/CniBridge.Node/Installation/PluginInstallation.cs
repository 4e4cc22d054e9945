using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>The program in a runtime's directory of plugins, with a link for each of its roles.</summary>
/// <param name="source">The program to install; it may be the one that is installed.</param>
/// <param name="roles">Names of links, relative ones: the directory may be another path's to the runtime.</param>
public sealed class PluginInstallation(string source, string directory, IReadOnlyList<string> roles)
{
    public const string ProgramName = "cni-bridge";

    const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    const UnixFileMode Mode = Readable | UnixFileMode.UserWrite | Executable;

    static readonly TimeSpan s_lockDeadline = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Each name leads to a whole program at every moment: it is made beside its place and then renamed over what is there. A
    /// file that is being executed cannot be written to, but another can take its name; who executes it keeps it.
    /// </summary>
    /// <returns>The names that were put there; none when all were there.</returns>
    /// <exception cref="RuntimeException">Something is in the way.</exception>
    public IReadOnlyList<string> Run()
    {
        SmallFile.EnsureDirectory(directory);
        // One at a time: what is found unfinished is then of an installation that was killed.
        using var held = FileLock.AcquireDirectory(directory, s_lockDeadline);
        Prepare();
        var changed = new List<string>();
        if (PutProgram())
            changed.Add(ProgramName);
        // No link outlives a loss of power that the program does not.
        SmallFile.FlushDirectory(directory);
        foreach (var role in roles)
        {
            if (PutLink(role))
                changed.Add(role);
        }
        SmallFile.FlushDirectory(directory);
        return changed;
    }

    /// <summary>Looks at all names before anything is changed.</summary>
    void Prepare()
    {
        foreach (var name in (IEnumerable<string>)[ProgramName, .. roles])
        {
            var there = new DirectoryInfo(PathOf(name));
            if (there.Exists && there.LinkTarget is null)
                throw new RuntimeException($"{there.FullName} is a directory: remove it, it is in the way of a plugin");
            SmallFile.TryDelete(Unfinished(name));
        }
    }

    bool PutProgram()
    {
        var path = PathOf(ProgramName);
        using var program = new FileStream(source, FileMode.Open, FileAccess.Read);
        if (IsThere(path, program))
            return false;
        program.Position = 0;
        Put(path, Unfinished(ProgramName), unfinished =>
        {
            using var copy = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write);
            program.CopyTo(copy);
            // Whatever the umask is.
            File.SetUnixFileMode(copy.SafeFileHandle, Mode);
            copy.Flush(flushToDisk: true);
        });
        return true;
    }

    bool PutLink(string role)
    {
        var path = PathOf(role);
        if (new FileInfo(path).LinkTarget == ProgramName)
            return false;
        Put(path, Unfinished(role), unfinished => File.CreateSymbolicLink(unfinished, ProgramName));
        return true;
    }

    static void Put(string path, string unfinished, Action<string> make)
    {
        try
        {
            make(unfinished);
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            SmallFile.TryDelete(unfinished);
            throw;
        }
    }

    /// <summary>A file of its own, no link, with the same bytes: a loss of power may have left others in it.</summary>
    static bool IsThere(string path, FileStream program)
    {
        var there = new FileInfo(path);
        if (!there.Exists || there.LinkTarget is not null || there.UnixFileMode != Mode || there.Length != program.Length)
            return false;
        using var file = there.OpenRead();
        var (left, right) = (new byte[1 << 16], new byte[1 << 16]);
        int length;
        do
        {
            length = program.ReadAtLeast(left, left.Length, throwOnEndOfStream: false);
            var other = file.ReadAtLeast(right, right.Length, throwOnEndOfStream: false);
            if (!left.AsSpan(0, length).SequenceEqual(right.AsSpan(0, other)))
                return false;
        }
        while (length > 0);
        return true;
    }

    string PathOf(string name) => Path.Combine(directory, name);

    /// <summary>Hidden: no runtime looks for a plugin of such a name.</summary>
    string Unfinished(string name) => Path.Combine(directory, $".{name}.unfinished");
}
