using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Conntrack;

/// <summary>
/// Deletes the selected entries of a list while the kernel sends it, because the list may be larger than the heap.
/// </summary>
/// <param name="socket">A second socket, because the socket of the list is busy.</param>
sealed class EntryDeletion(NetlinkSocket socket, IReadOnlyList<ConntrackSelection> selections)
{
    const int BatchLength = 64;

    /// <summary>The selections by protocol and port, so that thousands of ports are compared as fast as one.</summary>
    readonly ILookup<(byte Protocol, ushort Port), ConntrackSelection> _selections =
        selections.ToLookup(selection => (selection.Filter.Protocol, selection.Filter.DestinationPort));

    readonly INetlinkMessage[] _batch = new INetlinkMessage[BatchLength];
    int _length;
    KernelException? _refusal;

    /// <summary>Handles the next entry of the list. Always returns null.</summary>
    internal object? Take(ReadOnlySpan<byte> payload)
    {
        var entry = ConntrackEntry.Decode(payload);
        if (!_selections[(entry.Original.Protocol, entry.Original.DestinationPort)].Any(selection => selection.Selects(entry)))
            return null;
        _batch[_length++] = new DeleteEntry(entry);
        if (_length == BatchLength)
            Execute();
        return null;
    }

    /// <summary>Deletes the remaining selected entries.</summary>
    /// <exception cref="KernelException">The first refusal of the kernel. All other entries are deleted.</exception>
    internal void Finish()
    {
        Execute();
        if (_refusal is not null)
            throw _refusal;
    }

    void Execute()
    {
        try
        {
            socket.Execute(_batch.AsSpan(0, _length));
        }
        catch (KernelException e)
        {
            _refusal ??= e;
        }
        _length = 0;
    }
}
