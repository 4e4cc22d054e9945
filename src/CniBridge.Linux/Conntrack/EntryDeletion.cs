using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Conntrack;

/// <summary>
/// Deletes those entries of a list that match, while it is being told: there may be more than a small heap has room for.
/// </summary>
/// <param name="socket">Another than that of the list, which is busy.</param>
sealed class EntryDeletion(NetlinkSocket socket, ConntrackFilter filter, Predicate<ConntrackEntry>? condition)
{
    const int BatchLength = 64;

    readonly INetlinkMessage[] _batch = new INetlinkMessage[BatchLength];
    int _length;
    KernelException? _refusal;

    /// <summary>Takes the next entry of the list; there is nothing to return.</summary>
    internal object? Take(ReadOnlySpan<byte> payload)
    {
        var entry = ConntrackEntry.Decode(payload);
        if (!filter.Matches(entry) || condition?.Invoke(entry) == false)
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
