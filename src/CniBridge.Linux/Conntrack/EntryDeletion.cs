using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Conntrack;

/// <summary>
/// Deletes those entries of a list that one of the selections selects, while the kernel sends the list: there may be more than a
/// small heap has room for.
/// </summary>
/// <param name="socket">Another than that of the list, which is busy.</param>
sealed class EntryDeletion(NetlinkSocket socket, IReadOnlyList<ConntrackSelection> selections)
{
    const int BatchLength = 64;

    /// <summary>By protocol and port: thousands of ports are selected as fast as one.</summary>
    readonly ILookup<(byte Protocol, ushort Port), ConntrackSelection> _selections =
        selections.ToLookup(selection => (selection.Filter.Protocol, selection.Filter.DestinationPort));

    readonly INetlinkMessage[] _batch = new INetlinkMessage[BatchLength];
    int _length;
    KernelException? _refusal;

    /// <summary>Takes the next entry of the list; there is nothing to return.</summary>
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

    /// <exception cref="KernelException">The first refusal; all others are deleted.</exception>
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
