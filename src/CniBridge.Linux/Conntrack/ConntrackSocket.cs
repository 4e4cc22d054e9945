using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Conntrack;

/// <summary>
/// Deletes tracked connections of a network namespace. It belongs to the namespace of the calling thread. Create it after the
/// rules that make the connections stale. The kernel has one table for all namespaces and walks all of it for each request: a list
/// takes 20 ms, a deletion by the kernel less. Nothing is requested for a namespace without connections, or from a kernel that has
/// not loaded connection tracking.
/// </summary>
public sealed unsafe class ConntrackSocket : IDisposable
{
    /// <summary>
    /// The maximum number of deletions by the kernel. Each walks the whole table in 0.3 to 1.2 ms, and a single list takes 20 ms or
    /// more.
    /// </summary>
    const int MaxKernelDeletions = 8;

    /// <summary>The number of tracked connections; null, like the sockets, if connection tracking is not loaded.</summary>
    readonly Descriptor? _count;
    readonly NetlinkSocket? _lister;
    readonly NetlinkSocket? _deleter;
    bool _kernelDeletes = true;

    public ConntrackSocket()
        : this("/proc/sys/net/netfilter/nf_conntrack_count")
    {
    }

    /// <param name="count">The file with the number of tracked connections of the namespace.</param>
    internal ConntrackSocket(string count)
    {
        _count = Descriptor.TryOpen(count, LibC.O_RDONLY, 0, Errno.ENOENT);
        if (_count is null)
            return;
        _lister = new NetlinkSocket(LibC.NETLINK_NETFILTER);
        _deleter = new NetlinkSocket(LibC.NETLINK_NETFILTER);
    }

    /// <summary>
    /// Deletes all selected connections, with at most one list per address family. The kernel deletes them itself if there are few
    /// filters that it compares correctly. Otherwise each listed entry is compared here first, because a wrongly broken connection is
    /// worse than 20 ms.
    /// </summary>
    /// <exception cref="KernelException">The first refusal of the kernel. All other selected connections are deleted.</exception>
    /// <exception cref="ArgumentException">A filter has addresses of different families. Nothing is deleted.</exception>
    public void Delete(IReadOnlyList<ConntrackSelection> selections)
    {
        foreach (var selection in selections)
            selection.Filter.Validate();
        if (IsEmpty)
            return;
        KernelException? refusal = null;
        foreach (var family in AddressFamilies.All)
        {
            var listed = new List<ConntrackSelection>();
            foreach (var selection in selections)
            {
                if (selection.Filter.Family == family)
                    listed.Add(selection);
            }
            if (listed.Count <= MaxKernelDeletions && listed.TrueForAll(selection => selection.IsExactInKernel))
                listed.RemoveAll(selection => Try(() => TryDeleteInKernel(selection.Filter)));
            if (listed.Count > 0)
                Try(() => DeleteListed(family, listed));
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

    bool DeleteListed(AddressFamily family, List<ConntrackSelection> selections)
    {
        var deletion = new EntryDeletion(_deleter!, selections);
        var protocol = selections[0].Filter.Protocol;
        var isOneProtocol = selections.TrueForAll(selection => selection.Filter.Protocol == protocol);
        INetlinkMessage list = selections is [var only]
            ? new ListEntries(only.Filter)
            : new ListFamily(family, isOneProtocol ? protocol : null);
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

    /// <summary>True if the namespace has no tracked connections, or the kernel has not loaded connection tracking.</summary>
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
