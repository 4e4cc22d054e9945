using System.Runtime.InteropServices;
using CniBridge.Linux.Files;

namespace CniBridge.Linux.Namespaces;

/// <summary>
/// The network namespaces of this node: those of processes, and those mounted in a mount namespace of this user namespace. A
/// namespace that only an open file or socket keeps alive is not found. Mounts of other user namespaces are ignored, because
/// unprivileged users can create any number of them there.
/// </summary>
public sealed class LivingNamespaces
{
    const string Proc = "/proc", Own = "/proc/thread-self";

    readonly Func<NetworkNamespace, bool> _visit;
    readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>The mount points of namespaces by identity. A mount point tells an operator more than a process ID.</summary>
    readonly Dictionary<string, string> _mountPoints = new(StringComparer.Ordinal);

    readonly string _device;

    LivingNamespaces(Func<NetworkNamespace, bool> visit)
    {
        _visit = visit;
        var identity = SmallFile.IdentityOf($"{Own}/ns/net") ??
            throw new KernelException("get the status of the own network namespace", Marshal.GetLastPInvokeError());
        _device = identity[..identity.LastIndexOf(':')];
    }

    /// <summary>
    /// Calls a visitor once for each namespace until it returns false. Only one namespace is open at a time, because there may be more
    /// namespaces than descriptors. Namespaces of processes come first: a mount is held for some microseconds. A namespace that
    /// cannot be opened is skipped.
    /// </summary>
    /// <exception cref="KernelException">The process or the node lacks descriptors or memory.</exception>
    public static void Visit(Func<NetworkNamespace, bool> visit)
    {
        var search = new LivingNamespaces(visit);
        _ = search.VisitProcesses() && search.VisitMounted(Own, "") && search.VisitMountedElsewhere();
    }

    static IEnumerable<string> Processes =>
        Directory.EnumerateDirectories(Proc).Where(static path => char.IsAsciiDigit(path[Proc.Length + 1]));

    /// <returns>False if the visitor returned false.</returns>
    bool VisitProcesses()
    {
        foreach (var mounted in MountedNamespace.ReadAll(Own, _device))
            _mountPoints.TryAdd(mounted.Identity, mounted.Path);
        foreach (var process in Processes)
        {
            if (TryOpen(process) is { } opened && !Visit(opened))
                return false;
        }
        return true;
    }

    /// <summary>
    /// Opens the namespace of a process. Returns null if the namespace was visited, if the process has ended, or if access is denied.
    /// </summary>
    NetworkNamespace? TryOpen(string process)
    {
        var path = $"{process}/ns/net";
        if (SmallFile.IdentityOf(path) is not { } identity || _seen.Contains(identity))
            return null;
        try
        {
            return NetworkNamespace.TryOpen(path, _mountPoints.GetValueOrDefault(identity, path));
        }
        catch (KernelException e) when (e.Errno is Errno.EACCES or Errno.EPERM or Errno.ESRCH)
        {
            return null;
        }
    }

    /// <summary>Visits the namespaces in the mount table of a process. Returns false if the visitor returned false.</summary>
    /// <param name="process">The directory /proc/PID of the process.</param>
    /// <param name="prefix">The prefix of the paths that are shown.</param>
    bool VisitMounted(string process, string prefix)
    {
        ProcessRoot? root = null;
        try
        {
            foreach (var mounted in MountedNamespace.ReadAll(process, _device))
            {
                if (_seen.Contains(mounted.Identity))
                    continue;
                root ??= ProcessRoot.TryOpen(process);
                if (root is not null && TryOpen(root, mounted, prefix) is { } opened && !Visit(opened))
                    return false;
            }
            return true;
        }
        finally
        {
            root?.Dispose();
        }
    }

    /// <summary>Visits each other mount namespace once, for example that of a runtime with private mounts.</summary>
    bool VisitMountedElsewhere()
    {
        var user = SmallFile.IdentityOf($"{Own}/ns/user");
        var mounts = new HashSet<string?>(StringComparer.Ordinal) { null, SmallFile.IdentityOf($"{Own}/ns/mnt") };
        foreach (var process in Processes)
        {
            if (SmallFile.IdentityOf($"{process}/ns/user") == user && mounts.Add(SmallFile.IdentityOf($"{process}/ns/mnt")) &&
                !VisitMounted(process, $"{process}/root"))
                return false;
        }
        return true;
    }

    /// <summary>
    /// Opens a mounted namespace. Returns null, and opens nothing, if another mount hides it or its path contains a link.
    /// </summary>
    static NetworkNamespace? TryOpen(ProcessRoot root, MountedNamespace mounted, string prefix)
    {
        using var file = root.TryFind(mounted.Path);
        if (file?.Identity != mounted.Identity)
            return null;
        try
        {
            return NetworkNamespace.TryOpen(file, prefix + mounted.Path);
        }
        catch (KernelException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            return null;
        }
    }

    bool Visit(NetworkNamespace opened)
    {
        using (opened)
            return !_seen.Add(opened.GetIdentity()) || _visit(opened);
    }
}
