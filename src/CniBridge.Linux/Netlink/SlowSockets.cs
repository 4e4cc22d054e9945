using CniBridge.Linux.Files;
using CniBridge.Linux.Processes;

namespace CniBridge.Linux.Netlink;

/// <summary>
/// The sockets of this process whose closing waits for the kernel: after a deletion in nf_tables, closing any socket of
/// NETLINK_NETFILTER waits about 10 ms until no processor can use the deleted objects (nft_rcv_nl_event in nf_tables_api.c). A plugin
/// call leaves this wait to a child. Other processes close the sockets as usual.
/// </summary>
public static class SlowSockets
{
    static readonly List<Descriptor> s_open = [];
    static readonly List<Descriptor> s_left = [];
    static bool s_hasDeletion;

    /// <summary>The descriptors for a child that is about to start, so that it closes them after this process.</summary>
    internal static IReadOnlyCollection<int> Numbers => [.. s_open.Concat(s_left).Select(socket => socket.Number)];

    /// <summary>Registers a socket of NETLINK_NETFILTER that is in use.</summary>
    internal static void Add(Descriptor socket)
    {
        if (WaitingChild.IsAllowed)
            s_open.Add(socket);
    }

    /// <summary>Notes that a deletion was committed.</summary>
    internal static void NoteDeletion() => s_hasDeletion = true;

    /// <summary>Closes a netlink socket, or leaves it open until the end of the process if its closing would wait.</summary>
    internal static void Close(Descriptor socket)
    {
        if (s_open.Remove(socket) && s_hasDeletion)
            s_left.Add(socket);
        else
            socket.Dispose();
    }

    /// <summary>Closes the sockets that were left open. Call it at the end of the process, after its answer.</summary>
    public static void CloseLeft()
    {
        if (s_left.Count == 0)
            return;
        // Without a child, closing waits.
        using var child = WaitingChild.TryStart(Numbers);
        foreach (var socket in s_left)
            socket.Dispose();
    }
}
