namespace CniBridge.Benchmark;

/// <summary>A network namespace at a path, as runtimes create it for a pod.</summary>
sealed class PodNamespace : IDisposable
{
    internal PodNamespace(string path)
    {
        Path = path;
        File.WriteAllText(path, "");
        OnOwnThread(() =>
        {
            LibC.Check(LibC.unshare(LibC.CLONE_NEWNET), "unshare");
            LibC.Check(LibC.mount("/proc/thread-self/ns/net", path, null, LibC.MS_BIND, 0), $"mount {path}");
        });
    }

    internal string Path { get; }

    /// <summary>Reads a file of /proc/net inside the namespace.</summary>
    internal string ReadProcNet(string file)
    {
        var text = "";
        Run(() => text = File.ReadAllText("/proc/thread-self/net/" + file));
        return text;
    }

    /// <summary>Runs an action inside the namespace. A socket that it opens stays there.</summary>
    internal void Run(Action action) => OnOwnThread(() =>
    {
        var descriptor = (int)LibC.Check(LibC.open(Path, LibC.O_RDONLY | LibC.O_CLOEXEC), $"open {Path}");
        LibC.Check(LibC.setns(descriptor, LibC.CLONE_NEWNET), "setns");
        _ = LibC.close(descriptor);
        action();
    });

    /// <summary>Runs an action on a separate thread, because a thread that changed its namespace is not used again.</summary>
    static void OnOwnThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (IOException e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw new IOException(failure.Message, failure);
    }

    public void Dispose()
    {
        _ = LibC.umount2(Path, LibC.MNT_DETACH);
        File.Delete(Path);
    }
}
