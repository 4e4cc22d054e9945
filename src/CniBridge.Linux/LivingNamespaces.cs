using System.Runtime.InteropServices;

namespace CniBridge.Linux;

/// <summary>
/// The network namespaces of this node: those that processes are in, and those that are mounted in a mount namespace of this
/// user namespace. (One that only an open file or a socket keeps alive is not found.) Users who are root in their own user
/// namespace have mount namespaces with as many and whatever mounts they like; these are not looked at.
/// </summary>
public sealed class LivingNamespaces
{
    const string Proc = "/proc", Own = "/proc/thread-self";

    readonly Func<NetworkNamespace, bool> _visit;
    readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Where namespaces are mounted, by identity: that says more to people than the process that is in one.</summary>
    readonly Dictionary<string, string> _mountPoints = new(StringComparer.Ordinal);

    readonly string _device;

    LivingNamespaces(Func<NetworkNamespace, bool> visit)
    {
        _visit = visit;
        var identity = SmallFile.IdentityOf($"{Own}/ns/net") ?? throw new KernelException("look at the own network namespace", Marshal.GetLastPInvokeError());
        _device = identity[..identity.LastIndexOf(':')];
    }

    /// <summary>
    /// Calls a visitor with each namespace once, until it returns false. Each is closed before the next is opened, because there
    /// may be more than descriptors. Those that processes are in come first: the mount of another is held for some microseconds.
    /// What this process may not look into hides nothing else.
    /// </summary>
    /// <exception cref="KernelException">The process or the node lacks descriptors or memory.</exception>
    public static void Visit(Func<NetworkNamespace, bool> visit)
    {
        var search = new LivingNamespaces(visit);
        _ = search.VisitProcesses() && search.VisitMounted(Own, "") && search.VisitMountedElsewhere();
    }

    static IEnumerable<string> Processes => Directory.EnumerateDirectories(Proc).Where(static path => char.IsAsciiDigit(path[Proc.Length + 1]));

    /// <returns>False when the visitor has enough.</returns>
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

    /// <summary>Opens the namespace of a process; null when it was visited, or the process has ended or may not be looked into.</summary>
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

    /// <param name="process">Whose mount table it is.</param>
    /// <param name="prefix">Of the paths that are shown.</param>
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

    /// <summary>Each mount namespace once: that of a runtime that keeps its mounts for itself, for example.</summary>
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

    /// <summary>Null where another file lies over the mount, or a link leads to it: nothing of it is opened then.</summary>
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
