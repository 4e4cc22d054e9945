using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Conntrack;

/// <summary>
/// Makes a network namespace forget connections that it tracks. Belongs to the namespace that the calling thread is in when
/// it is made, and is made after the rules on whose account connections are to be forgotten. The kernel holds one table for
/// all namespaces and goes through all of it for every filter: some ten milliseconds for a list, a fraction of one where it
/// may delete by itself. It is not gone through for a namespace that tracks nothing, and a kernel that has not loaded
/// connection tracking is not made to.
/// </summary>
public sealed unsafe class ConntrackSocket : IDisposable
{
    /// <summary>Null, as the sockets are, where nothing tracks connections.</summary>
    readonly Descriptor? _count;
    readonly NetlinkSocket? _lister;
    readonly NetlinkSocket? _deleter;
    bool _kernelDeletes = true;

    public ConntrackSocket()
        : this("/proc/sys/net/netfilter/nf_conntrack_count")
    {
    }

    /// <param name="count">The setting that says how many connections the namespace tracks.</param>
    internal ConntrackSocket(string count)
    {
        _count = Descriptor.TryOpen(count, LibC.O_RDONLY, 0, Errno.ENOENT);
        if (_count is null)
            return;
        _lister = new NetlinkSocket(LibC.NETLINK_NETFILTER);
        _deleter = new NetlinkSocket(LibC.NETLINK_NETFILTER);
    }

    /// <summary>
    /// Deletes all connections that match. The kernel does so itself where it is known to compare rightly, everywhere else
    /// each entry is looked at here first: a connection too many that breaks is worse than ten milliseconds.
    /// </summary>
    /// <exception cref="KernelException">The kernel's first refusal; what else matches is deleted.</exception>
    /// <exception cref="ArgumentException">A filter contradicts itself; nothing is deleted.</exception>
    public void Delete(params ReadOnlySpan<ConntrackFilter> filters)
    {
        foreach (var filter in filters)
            filter.Validate();
        if (IsEmpty)
            return;
        KernelException? refusal = null;
        foreach (var filter in filters)
        {
            try
            {
                if (!filter.IsExactInKernel || !TryDeleteInKernel(filter))
                    DeleteOneByOne(filter, null);
            }
            catch (KernelException e)
            {
                refusal ??= e;
            }
        }
        if (refusal is not null)
            throw refusal;
    }

    /// <summary>Deletes the connections that match and fulfil a condition, which no kernel can look at.</summary>
    /// <exception cref="KernelException">The kernel's first refusal; what else matches is deleted.</exception>
    /// <exception cref="ArgumentException">The filter contradicts itself; nothing is deleted.</exception>
    public void Delete(ConntrackFilter filter, Predicate<ConntrackEntry> condition)
    {
        filter.Validate();
        if (!IsEmpty)
            DeleteOneByOne(filter, condition);
    }

    void DeleteOneByOne(ConntrackFilter filter, Predicate<ConntrackEntry>? condition)
    {
        var deletion = new EntryDeletion(_deleter!, filter, condition);
        _lister!.Dump(new ListEntries(filter), deletion.Take);
        deletion.Finish();
    }

    bool TryDeleteInKernel(ConntrackFilter filter)
    {
        if (!_kernelDeletes)
            return false;
        try
        {
            _deleter!.Execute(new DeleteMatching(filter));
        }
        catch (KernelException e) when (e.Errno is Errno.EINVAL or Errno.EOPNOTSUPP)
        {
            _kernelDeletes = false;
        }
        return _kernelDeletes;
    }

    /// <summary>No connection, or a kernel that tracks none.</summary>
    bool IsEmpty
    {
        get
        {
            const int Room = 16;
            var text = stackalloc byte[Room];
            return _count is null || (LibC.pread(_count.Number, text, Room, 0) > 0 && text[0] == '0');
        }
    }

    public void Dispose()
    {
        _count?.Dispose();
        _lister?.Dispose();
        _deleter?.Dispose();
    }
}
