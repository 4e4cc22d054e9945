using System.Net.Sockets;
using CniBridge.Linux.Namespaces;

namespace CniBridge.Linux.Tests;

[Collection(NamespaceTests.Name)]
public sealed class NetworkNamespaceTests(ScratchNamespace scratch) : IClassFixture<ScratchNamespace>, IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Work_runs_inside_the_namespace_and_the_thread_returns()
    {
        using var pod = scratch.Open();
        var (host, inside) = (Current(), LinkTo(scratch.Path));
        Assert.NotEqual(host, inside);
        for (var i = 0; i < 20; i++)
            Assert.Equal(inside, pod.Run(Current));
        Assert.Equal(host, Current());
        Assert.True(AreAllThreadsIn(host));
    }

    [Fact]
    public void The_caller_gets_the_exception_of_the_work_after_the_return()
    {
        using var pod = scratch.Open();
        var (host, mine) = (Current(), new InvalidDataException("mine"));
        Assert.Same(mine, Assert.Throws<InvalidDataException>(() => pod.Run<int>(() => throw mine)));
        Assert.Equal(host, Current());
    }

    [Fact]
    public void Work_in_a_new_namespace_leaves_no_thread_there()
    {
        var host = Current();
        Assert.NotEqual(host, NetworkNamespace.RunInNew(Current));
        Assert.Equal(host, Current());
        // The kernel's thread ends a moment after the runtime's.
        Assert.True(SpinWait.SpinUntil(() => AreAllThreadsIn(host), TimeSpan.FromSeconds(20)));
    }

    // The process of the product ends here. That of a test continues and loses its thread.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_failed_return_to_the_old_namespace_ends_the_process(bool fails)
    {
        using var pod = scratch.Open();
        var events = new List<string?>();
        var thread = new Thread(() =>
        {
            try
            {
                pod.RunAndReturn(() => fails ? throw new InvalidDataException("mine") : 0, own: -1, events.Add);
            }
            catch (InvalidDataException)
            {
            }
            events.Add(Current());
        });
        thread.Start();
        thread.Join();
        Assert.Equal([$"could not return from the network namespace {scratch.Path}", LinkTo(scratch.Path)], events);
    }

    [Fact]
    public void Without_access_to_the_namespace_the_work_is_not_run()
    {
        var host = Current();
        var closed = scratch.Open();
        closed.Dispose();
        var refusal = Assert.Throws<KernelException>(() => closed.Run<int>(() => throw new InvalidOperationException()));
        Assert.Equal("enter the network namespace " + scratch.Path, refusal.Operation);
        Assert.Equal(host, Current());
    }

    [Fact]
    public void The_namespace_of_the_caller_is_current()
    {
        using var pod = scratch.Open();
        using var host = NetworkNamespace.Open("/proc/thread-self/ns/net");
        Assert.True(host.IsCurrent());
        Assert.False(pod.IsCurrent());
        Assert.True(pod.Run(pod.IsCurrent));
        Assert.False(pod.Run(host.IsCurrent));
    }

    [Fact]
    public void Two_paths_to_one_namespace_have_one_identity()
    {
        var link = Path.Combine(_directory.FullName, "link");
        File.CreateSymbolicLink(link, scratch.Path);
        using var pod = scratch.Open();
        using var same = NetworkNamespace.Open(link);
        using var host = NetworkNamespace.Open("/proc/self/ns/net");
        Assert.Equal(pod.GetIdentity(), same.GetIdentity());
        Assert.NotEqual(pod.GetIdentity(), host.GetIdentity());
        Assert.Equal((scratch.Path, link), (pod.Path, same.Path));
    }

    [Fact]
    public void TryOpen_returns_null_for_a_path_that_is_not_a_network_namespace()
    {
        var (file, socket) = (Path.Combine(_directory.FullName, "file"), Path.Combine(_directory.FullName, "socket"));
        File.WriteAllText(file, "");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        string[] paths =
        [
            "", "/nowhere", "/nowhere/net", file + "/net",
            file, _directory.FullName, socket, "/dev/null", "/proc/self/ns/uts",
        ];
        Assert.All(paths, path => Assert.Null(NetworkNamespace.TryOpen(path)));
    }

    // The pipe has no writer, so an open that waits for one never returns.
    [Fact]
    public void A_named_pipe_does_not_block_TryOpen()
    {
        var pipe = Path.Combine(_directory.FullName, "pipe");
        Assert.Equal(0, HelperProgram.Run("", "mkfifo", pipe).ExitCode);
        var opener = new Thread(() => NetworkNamespace.TryOpen(pipe)?.Dispose()) { IsBackground = true };
        opener.Start();
        Assert.True(opener.Join(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void A_plain_file_is_refused_with_its_path()
    {
        var file = Path.Combine(_directory.FullName, "file");
        File.WriteAllText(file, "");
        var exception = Assert.Throws<InvalidDataException>(() => NetworkNamespace.Open(file));
        Assert.Equal($"\"{file}\" is not a network namespace", exception.Message);
        Assert.Throws<InvalidDataException>(() => NetworkNamespace.Open("/proc/self/ns/uts"));
    }

    [Fact]
    public void The_error_for_a_missing_path_has_the_wording_that_runtimes_match()
    {
        var exception = Assert.Throws<KernelException>(() => NetworkNamespace.Open("/nowhere"));
        Assert.Equal(Errno.ENOENT, exception.Errno);
        Assert.Equal("could not open /nowhere: no such file or directory", exception.Message);
    }

    [Fact]
    public void A_path_with_a_NUL_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => NetworkNamespace.Open("/proc/self/ns/net\0x"));
        Assert.Throws<InvalidDataException>(() => NetworkNamespace.TryOpen("/proc/self/ns/net\0x"));
    }

    static bool AreAllThreadsIn(string? expected) => Directory.GetDirectories("/proc/self/task")
        .Select(task => LinkTo(task + "/ns/net"))
        .All(link => link is null || link == expected);

    static string? Current() => LinkTo("/proc/thread-self/ns/net");

    static string? LinkTo(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
