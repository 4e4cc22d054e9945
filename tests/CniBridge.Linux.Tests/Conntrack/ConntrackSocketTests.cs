using CniBridge.Linux.Addresses;
using CniBridge.Linux.Conntrack;
using CniBridge.Linux.Namespaces;

namespace CniBridge.Linux.Tests.Conntrack;

/// <summary>Tests of the deletion of entries that conntrack created in a scratch namespace. conntrack shows the remaining ones.</summary>
[Collection(NamespaceTests.Name)]
public sealed class ConntrackSocketTests : IDisposable
{
    const byte Tcp = 6, Udp = 17, Sctp = 132;

    readonly ScratchNamespace _scratch = new();
    readonly NetworkNamespace _node;
    readonly ConntrackSocket _socket;

    public ConntrackSocketTests()
    {
        _node = _scratch.Open();
        _socket = _node.Run(() => new ConntrackSocket());
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _node?.Dispose();
        _scratch.Dispose();
    }

    /// <summary>
    /// Entries for port 53 and its neighbours: every protocol and family, two destinations, translated to two pods or not.
    /// </summary>
    const string Entries =
        """
        -I -t 300 -p udp -s 198.51.100.7 -d 192.0.2.1 --sport 1 --dport 53 -g 10.1.0.7:5353
        -I -t 300 -p udp -s 198.51.100.7 -d 192.0.2.1 --sport 2 --dport 53 -g 10.1.0.8:5353
        -I -t 300 -p udp -s 198.51.100.7 -d 192.0.2.1 --sport 3 --dport 53
        -I -t 300 -p udp -s 198.51.100.7 -d 192.0.2.2 --sport 4 --dport 53 -g 10.1.0.7:5354
        -I -t 300 -p udp -s 198.51.100.7 -d 192.0.2.1 --sport 5 --dport 54 -g 10.1.0.7:5353
        -I -t 300 -p udp -s 198.51.100.7 -d 192.0.2.1 --sport 6 --dport 53 -w 5
        -I -t 300 -p udp -s 198.51.100.7 -d 192.0.2.1 --sport 7 --dport 53 --orig-zone 6
        -I -t 300 -p tcp -s 198.51.100.7 -d 192.0.2.1 --sport 1 --dport 53 -g 10.1.0.7:5353 --state ESTABLISHED
        -I -t 300 -p tcp -s 198.51.100.7 -d 192.0.2.1 --sport 2 --dport 54 --state SYN_SENT
        -I -t 300 -p sctp -s 198.51.100.7 -d 192.0.2.1 --sport 1 --dport 53 --state ESTABLISHED --orig-vtag 1 --reply-vtag 2
        -I -t 300 -p sctp -s 198.51.100.7 -d 192.0.2.1 --sport 2 --dport 54 --state ESTABLISHED --orig-vtag 1 --reply-vtag 2
        -I -t 300 -p udp -s 2001:db8::7 -d fd00:1::1 --sport 1 --dport 53 -g [fd00:2::7]:5353
        -I -t 300 -p udp -s 2001:db8::7 -d fd00:1::1 --sport 2 --dport 53 -g [fd00:2::8]:5353
        -I -t 300 -p udp -s 2001:db8::7 -d fd00:1::2 --sport 3 --dport 53
        -I -t 300 -p tcp -s 2001:db8::7 -d fd00:1::1 --sport 1 --dport 53 -g [fd00:2::7]:5353 --state ESTABLISHED
        """;

    /// <summary>The filters, and the entries of <see cref="Entries"/> that each deletes.</summary>
    public static TheoryData<ConntrackFilter, string[]> Filters => new()
    {
        {
            new(AddressFamily.IPv4, Udp, 53),
            [
                "udp 1 192.0.2.1 53 10.1.0.7 5353", "udp 2 192.0.2.1 53 10.1.0.8 5353", "udp 3 192.0.2.1 53 192.0.2.1 53",
                "udp 4 192.0.2.2 53 10.1.0.7 5354", "udp 6 192.0.2.1 53 192.0.2.1 53", "udp 7 192.0.2.1 53 192.0.2.1 53",
            ]
        },
        { new(AddressFamily.IPv4, Udp, 53) { Destination = IpAddress.Parse("192.0.2.2") }, ["udp 4 192.0.2.2 53 10.1.0.7 5354"] },
        {
            new(AddressFamily.IPv4, Udp, 53) { ReplySource = IpAddress.Parse("10.1.0.7") },
            ["udp 1 192.0.2.1 53 10.1.0.7 5353", "udp 4 192.0.2.2 53 10.1.0.7 5354"]
        },
        {
            new(AddressFamily.IPv4, Udp, 53) { ReplySource = IpAddress.Parse("10.1.0.7"), ReplySourcePort = 5353 },
            ["udp 1 192.0.2.1 53 10.1.0.7 5353"]
        },
        { new(AddressFamily.IPv4, Udp, 53) { ReplySourcePort = 5354 }, ["udp 4 192.0.2.2 53 10.1.0.7 5354"] },
        { new(AddressFamily.IPv4, Tcp, 53), ["tcp 1 192.0.2.1 53 10.1.0.7 5353"] },
        { new(AddressFamily.IPv4, Tcp, 55), [] },
        { new(AddressFamily.IPv4, Sctp, 53), ["sctp 1 192.0.2.1 53 192.0.2.1 53"] },
        { new(AddressFamily.IPv4, Sctp, 54) { ReplySource = IpAddress.Parse("192.0.2.1") }, ["sctp 2 192.0.2.1 54 192.0.2.1 54"] },
        { new(AddressFamily.IPv4, Sctp, 54) { ReplySourcePort = 53 }, [] },
        {
            new(AddressFamily.IPv6, Udp, 53),
            ["udp 1 fd00:1::1 53 fd00:2::7 5353", "udp 2 fd00:1::1 53 fd00:2::8 5353", "udp 3 fd00:1::2 53 fd00:1::2 53"]
        },
        { new(AddressFamily.IPv6, Udp, 53) { Destination = IpAddress.Parse("fd00:1::2") }, ["udp 3 fd00:1::2 53 fd00:1::2 53"] },
        {
            new(AddressFamily.IPv6, Udp, 53) { ReplySource = IpAddress.Parse("fd00:2::7"), ReplySourcePort = 5353 },
            ["udp 1 fd00:1::1 53 fd00:2::7 5353"]
        },
        { new(AddressFamily.IPv6, Udp, 53) { ReplySource = IpAddress.Parse("fd00:2::9") }, [] },
        { new(AddressFamily.IPv6, Tcp, 53), ["tcp 1 fd00:1::1 53 fd00:2::7 5353"] },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public void Matching_connections_are_deleted_and_others_stay(ConntrackFilter filter, string[] deleted)
    {
        var before = Prepare();
        _socket.Delete([new(filter)]);
        Assert.Equal(deleted, before.Except(ConntrackProgram.List(_scratch)));
        Assert.Equal(15 - deleted.Length, ConntrackProgram.List(_scratch).Count);
    }

    // A kernel without deletion by filters works this way.
    [Theory]
    [MemberData(nameof(Filters))]
    public void Matching_connections_are_deleted_one_by_one_and_others_stay(ConntrackFilter filter, string[] deleted)
    {
        var before = Prepare();
        var seen = 0;
        _socket.Delete([new(filter) { Condition = _ => ++seen == 0 }]);
        Assert.Equal(deleted.Length, seen);
        Assert.Equal(before, ConntrackProgram.List(_scratch));
        _socket.Delete([new(filter) { Condition = _ => true }]);
        Assert.Equal(deleted, before.Except(ConntrackProgram.List(_scratch)));
        Assert.Equal(15 - deleted.Length, ConntrackProgram.List(_scratch).Count);
    }

    [Fact]
    public void Several_filters_delete_their_connections()
    {
        Prepare();
        _socket.Delete(
        [
            new(new(AddressFamily.IPv4, Udp, 53)), new(new(AddressFamily.IPv4, Udp, 54)), new(new(AddressFamily.IPv4, Tcp, 53)),
                new(new(AddressFamily.IPv4, Tcp, 54)),
            new(new(AddressFamily.IPv4, Sctp, 53)), new(new(AddressFamily.IPv6, Udp, 53) { ReplySource = IpAddress.Parse("fd00:2::7") }),
                new(new(AddressFamily.IPv6, Tcp, 53)),
            new(new(AddressFamily.IPv6, Tcp, 4711)),
        ]);
        Assert.Equal(
            ["sctp 2 192.0.2.1 54 192.0.2.1 54", "udp 2 fd00:1::1 53 fd00:2::8 5353", "udp 3 fd00:1::2 53 fd00:1::2 53"],
            ConntrackProgram.List(_scratch));
    }

    // A list per port would take 20 ms each.
    [Fact]
    public void Thousands_of_filters_need_one_list_per_family()
    {
        Prepare();
        var selections = new List<ConntrackSelection>
        {
            new(new(AddressFamily.IPv4, Tcp, 53) { ReplySource = IpAddress.Parse("10.1.0.8") }),
            new(new(AddressFamily.IPv4, Tcp, 53) { ReplySource = IpAddress.Parse("10.1.0.7"), ReplySourcePort = 5353 }),
            new(new(AddressFamily.IPv4, Udp, 53) { Destination = IpAddress.Parse("192.0.2.1") })
            {
                Condition = entry => entry.Reply.Source != IpAddress.Parse("10.1.0.7"),
            },
            new(new(AddressFamily.IPv6, Udp, 53) { Destination = IpAddress.Parse("fd00:1::2") }),
        };
        for (ushort port = 10_000; port < 22_000; port++)
            selections.Add(new(new(AddressFamilies.From(port % 2 == 0), port % 3 == 0 ? Tcp : Udp, port)));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        _socket.Delete(selections);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
        Assert.Equal(
            [
                "sctp 1 192.0.2.1 53 192.0.2.1 53", "sctp 2 192.0.2.1 54 192.0.2.1 54", "tcp 1 fd00:1::1 53 fd00:2::7 5353",
                "tcp 2 192.0.2.1 54 192.0.2.1 54", "udp 1 192.0.2.1 53 10.1.0.7 5353", "udp 1 fd00:1::1 53 fd00:2::7 5353",
                "udp 2 fd00:1::1 53 fd00:2::8 5353", "udp 4 192.0.2.2 53 10.1.0.7 5354", "udp 5 192.0.2.1 54 10.1.0.7 5353",
            ],
            ConntrackProgram.List(_scratch));
    }

    // The kernel lists one protocol, and an entry of another protocol with the same ports stays.
    [Fact]
    public void Several_filters_of_one_protocol_leave_the_others_alone()
    {
        var before = Prepare();
        _socket.Delete([.. Enumerable.Range(50, 20).Select(port => new ConntrackSelection(new(AddressFamily.IPv4, Tcp, (ushort)port)))]);
        Assert.Equal(
            ["tcp 1 192.0.2.1 53 10.1.0.7 5353", "tcp 2 192.0.2.1 54 192.0.2.1 54"], before.Except(ConntrackProgram.List(_scratch)));
    }

    [Fact]
    public void A_condition_keeps_connections_to_the_right_pod()
    {
        Prepare();
        _socket.Delete([new(new(AddressFamily.IPv4, Udp, 53) { Destination = IpAddress.Parse("192.0.2.1") })
        {
            Condition = entry => entry.Reply.Source != IpAddress.Parse("10.1.0.7"),
        }]);
        Assert.Equal(
            ["udp 1 192.0.2.1 53 10.1.0.7 5353", "udp 4 192.0.2.2 53 10.1.0.7 5354"],
            ConntrackProgram.List(_scratch).Where(line =>
                line.StartsWith("udp ", StringComparison.Ordinal) && line.Split(' ') is [_, _, ['1', ..], "53", ..]));
    }

    // The number exceeds one datagram of a list, and one batch of deletions.
    [Theory]
    [InlineData("udp", Udp)]
    [InlineData("sctp", Sctp)]
    public void A_thousand_entries_are_deleted_and_others_stay(string name, byte protocol)
    {
        var state = protocol == Sctp ? "--state ESTABLISHED --orig-vtag 1 --reply-vtag 2" : "";
        var script = string.Concat(Enumerable.Range(1, 1_010).Select(port =>
            $"-I -t 300 -p {name} -s 198.51.100.7 -d 192.0.2.1 --sport {port} --dport {(port <= 1_000 ? 53 : 54)} {state}\n"));
        ConntrackProgram.Run(_scratch, script);
        Assert.Equal(1_010, ConntrackProgram.List(_scratch).Count);
        _socket.Delete([new(new(AddressFamily.IPv4, protocol, 53)) { Condition = _ => true }]);
        var left = ConntrackProgram.List(_scratch);
        Assert.Equal(10, left.Count);
        Assert.All(left, line => Assert.EndsWith(" 192.0.2.1 54 192.0.2.1 54", line));
    }

    // A netlink socket is in the namespace's list from its first message on.
    [Fact]
    public void Without_tracked_connections_the_kernel_gets_no_request()
    {
        _socket.Delete([new(new(AddressFamily.IPv4, Udp, 53)), new(new(AddressFamily.IPv6, Sctp, 53))]);
        _socket.Delete([new(new(AddressFamily.IPv6, Udp, 53)) { Condition = _ => true }]);
        Assert.Equal(0, NetfilterSockets());
        ConntrackProgram.Run(_scratch, "-I -t 300 -p udp -s 198.51.100.7 -d 192.0.2.1 --sport 1 --dport 53");
        _socket.Delete([new(new(AddressFamily.IPv4, Udp, 53))]);
        Assert.Equal(1, NetfilterSockets());
        Assert.Empty(ConntrackProgram.List(_scratch));
    }

    [Fact]
    public void Without_connection_tracking_there_is_nothing_to_delete()
    {
        var before = Prepare();
        using var socket = _node.Run(() => new ConntrackSocket("/proc/sys/net/netfilter/no_such_count"));
        socket.Delete([new(new(AddressFamily.IPv4, Udp, 53)), new(new(AddressFamily.IPv6, Udp, 53))]);
        socket.Delete([new(new(AddressFamily.IPv4, Udp, 53)) { Condition = _ => true }]);
        Assert.Equal(before, ConntrackProgram.List(_scratch));
    }

    [Fact]
    public void A_filter_that_contradicts_itself_deletes_nothing()
    {
        var before = Prepare();
        var wrong = new ConntrackFilter(AddressFamily.IPv4, Udp, 53) { ReplySource = IpAddress.Parse("fd00:2::7") };
        Assert.Throws<ArgumentException>(() => _socket.Delete([new(new(AddressFamily.IPv4, Tcp, 53)), new(wrong)]));
        Assert.Throws<ArgumentException>(() => _socket.Delete([new(wrong) { Condition = _ => true }]));
        Assert.Equal(before, ConntrackProgram.List(_scratch));
    }

    // sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode, where Eth is the protocol; 0 is the kernel's own Pid
    int NetfilterSockets() => File.ReadLines(_scratch.Path.Replace("ns/net", "net/netlink", StringComparison.Ordinal))
        .Count(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "12", not "0", ..]);

    List<string> Prepare()
    {
        ConntrackProgram.Run(_scratch, Entries);
        var entries = ConntrackProgram.List(_scratch);
        Assert.Equal(15, entries.Count);
        return entries;
    }
}
