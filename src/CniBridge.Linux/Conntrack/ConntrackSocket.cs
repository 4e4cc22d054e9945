using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Conntrack;

/// <summary>
/// Makes a network namespace forget connections that it tracks. Belongs to the namespace that the calling thread is in when
/// it is made, and is made after the rules on whose account connections are to be forgotten. The kernel holds one table for
/// all namespaces and goes through all of it for every request: 20 ms for a list, a fraction of one where it may delete by
/// itself. It is not gone through for a namespace that tracks nothing, and a kernel that has not loaded
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
    /// Up to so many deletions by the kernel cost no more than one list: each goes through the whole table too, in 0.3 to
    /// 1.2 ms, and a list takes 20 ms and more.
    /// </summary>
    const int MaxKernelDeletions = 8;

    /// <summary>
    /// Deletes all connections that one of the selections selects, with at most one list for each family. The kernel deletes by
    /// itself where there are few filters and it is known to compare them rightly. Elsewhere each entry of the list is compared
    /// here first: a connection too many that breaks is worse than twenty milliseconds.
    /// </summary>
    /// <exception cref="KernelException">The kernel's first refusal; what else is selected is deleted.</exception>
    /// <exception cref="ArgumentException">A filter contradicts itself; nothing is deleted.</exception>
    public void Delete(IReadOnlyList<ConntrackSelection> selections)
    {
        foreach (var selection in selections)
            selection.Filter.Validate();
        if (IsEmpty)
            return;
        KernelException? refusal = null;
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            var listed = new List<ConntrackSelection>();
            foreach (var selection in selections)
            {
                if (selection.Filter.IsV6 == isV6)
                    listed.Add(selection);
            }
            if (listed.Count <= MaxKernelDeletions && listed.TrueForAll(selection => selection.IsExactInKernel))
                listed.RemoveAll(selection => Try(() => TryDeleteInKernel(selection.Filter)));
            if (listed.Count > 0)
                Try(() => DeleteListed(isV6, listed));
        }
        if (refusal is not null)
            throw refusal;

        bool Try(Func<bool> delete)
        {
            try
            {
                return delete();
            }
            catch (KernelException e)
            {
                refusal ??= e;
                return true;
            }
        }
    }

    bool DeleteListed(bool isV6, List<ConntrackSelection> selections)
    {
        var deletion = new EntryDeletion(_deleter!, selections);
        var protocol = selections[0].Filter.Protocol;
        var isOneProtocol = selections.TrueForAll(selection => selection.Filter.Protocol == protocol);
        INetlinkMessage list = selections is [var only]
            ? new ListEntries(only.Filter)
            : new ListFamily(isV6, isOneProtocol ? protocol : null);
        _lister!.Dump(list, deletion.Take);
        deletion.Finish();
        return true;
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
