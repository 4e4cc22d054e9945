using CniBridge.Linux.Addresses;
using CniBridge.Linux.Conntrack;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Conntrack;

/// <summary>Tests with captured entries that the kernel of a scratch namespace does not have.</summary>
[Collection(NamespaceTests.Name)]
public sealed class EntryDeletionTests : IDisposable
{
    readonly ScratchNamespace _scratch = new();
    readonly NetworkNamespace _node;
    readonly NetlinkSocket _socket;

    public EntryDeletionTests()
    {
        _node = _scratch.Open();
        _socket = _node.Run(() => new NetlinkSocket(LibC.NETLINK_NETFILTER));
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _node?.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void A_missing_connection_counts_as_deleted()
    {
        var deletion = new EntryDeletion(_socket, [new(new(AddressFamily.IPv6, 17, 5353))]);
        deletion.Take(Entry());
        deletion.Finish();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(100)]
    public void A_refusal_is_thrown_after_all_others_have_been_deleted(int place)
    {
        var filter = new ConntrackFilter(AddressFamily.IPv4, 17, 5353);
        ConntrackProgram.Run(_scratch, string.Concat(Enumerable.Range(1, 100).Select(
            port => $"-I -t 300 -p udp -s 198.51.100.7 -d 192.0.2.1 --sport {port} --dport 5353\n")));
        var entries = _socket.Dump(new ListEntries(filter), payload => payload.ToArray());
        Assert.Equal(100, entries.Count);
        // The message is for an IPv4 entry and has IPv6 addresses, so the kernel misses the required ones.
        var refused = Entry();
        refused[0] = (byte)LibC.AF_INET;
        entries.Insert(place, refused);

        var deletion = new EntryDeletion(_socket, [new(filter)]);
        entries.ForEach(entry => deletion.Take(entry));
        var refusal = Assert.Throws<KernelException>(deletion.Finish);
        Assert.Equal((Errno.EINVAL, "delete a tracked connection to fd00:1::1 port 5353"), (refusal.Errno, refusal.Operation));
        Assert.Empty(ConntrackProgram.List(_scratch));
    }

    [Fact]
    public void An_entry_whose_id_changed_since_the_list_stays()
    {
        ConntrackProgram.Run(_scratch, "-I -t 300 -p udp -s 2001:db8::7 -d fd00:1::1 --sport 40000 --dport 5353");
        var deletion = new EntryDeletion(_socket, [new(new(AddressFamily.IPv6, 17, 5353))]);
        deletion.Take(Entry());
        deletion.Finish();
        Assert.Equal(["udp 40000 fd00:1::1 5353 fd00:1::1 5353"], ConntrackProgram.List(_scratch));
    }

    /// <summary>Returns the captured entry: UDP to port 5353 of fd00:1::1.</summary>
    static byte[] Entry() => Answer.Payload("conntrack-v6", out _);
}
