using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CniBridge.Linux.Files;

namespace CniBridge.Linux.Processes;

/// <summary>
/// A forked child that waits for the kernel instead of a plugin call. The kernel deletes a link or an element of a set at once, but
/// the process that asked for it waits up to 20 ms longer, until no processor can use the object (rcu_barrier). The child sends the request
/// and waits; the plugin sees that the object is gone, and ends. The child ends after its wait, at the latest after a minute.
/// </summary>
public sealed unsafe class WaitingChild : IDisposable
{
    const string Library = nameof(WaitingChild);

    /// <summary>The sockets that the child keeps open besides the channel.</summary>
    const int MaxSockets = 16;

    readonly Descriptor _channel;

    WaitingChild(Descriptor channel) => _channel = channel;

    /// <summary>True if this process may start children.</summary>
    internal static bool IsAllowed { get; private set; }

    /// <summary>The descriptor whose hang-up (poll(2)) reports that the child has ended.</summary>
    internal int Channel => _channel.Number;

    /// <summary>
    /// Allows this process to start children. Only for a process that has one thread until its end: the child of another one could
    /// wait forever for a lock that a second thread held during the fork.
    /// </summary>
    public static void Allow() => IsAllowed = !RuntimeFeature.IsDynamicCodeSupported;

    /// <summary>Starts a child that keeps the sockets open until this object is disposed or the process ends.</summary>
    /// <param name="sockets">The sockets whose closing waits for the kernel; the child closes them last.</param>
    /// <param name="socket">The socket on which the child sends <paramref name="request"/> first; also one of the sockets.</param>
    /// <returns>Null if there is no such child: it is not allowed, or the node has no room for another process.</returns>
    internal static WaitingChild? TryStart(IReadOnlyCollection<int> sockets, int socket = -1, ReadOnlySpan<byte> request = default)
    {
        if (!IsAllowed || sockets.Count > MaxSockets)
            return null;
        if (Descriptor.TryOpenSocketPair() is not var (parent, child))
            return null;
        using (child)
        {
            Span<int> kept = stackalloc int[sockets.Count + 1];
            var count = 0;
            foreach (var number in sockets)
                kept[count++] = number;
            kept[count] = child.Number;
            kept.Sort();
            int pid;
            fixed (int* numbers = kept)
            fixed (byte* start = request)
                pid = waiting_child_start(numbers, (nuint)kept.Length, child.Number, socket, start, (nuint)request.Length);
            if (pid > 0)
                return new WaitingChild(parent);
        }
        parent.Dispose();
        return null;
    }

    /// <summary>Tells the child to end after its wait. It becomes a child of the init process when this process ends.</summary>
    public void Dispose() => _channel.Dispose();

    // The function is linked into the native executable of the plugins only.
    // int waiting_child_start(const int *kept, size_t count, int channel, int socket, const void *request, size_t length);
    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int waiting_child_start(int* kept, nuint count, int channel, int socket, byte* request, nuint length);
}
