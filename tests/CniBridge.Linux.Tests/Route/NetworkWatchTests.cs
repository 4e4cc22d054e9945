using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Route.Protocol;

namespace CniBridge.Linux.Tests.Route;

[Collection(NamespaceTests.Name)]
public sealed class NetworkWatchTests : IDisposable
{
    static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(50), s_long = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The time without a notification after which all have arrived. The kernel announces some changes of IPv6 late, from a work queue
    /// that a busy machine delays.
    /// </summary>
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(500);

    readonly ScratchNamespace _scratch = new();
    readonly NetworkNamespace _namespace;
    readonly RouteSocket _socket;
    readonly NetworkWatch _watch;

    public NetworkWatchTests()
    {
        _namespace = _scratch.Open();
        (_socket, _watch) = _namespace.Run(() => (new RouteSocket(), new NetworkWatch()));
    }

    public void Dispose()
    {
        _watch.Dispose();
        _socket.Dispose();
        _namespace.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("link")]
    [InlineData("address", "10.7.0.1/24")]
    [InlineData("address", "fd00:7::1/64")]
    [InlineData("route", "10.8.0.0/16")]
    [InlineData("route", "fd00:8::/64")]
    [InlineData("gone", "10.8.0.0/16")]
    [InlineData("gone", "fd00:8::/64")]
    public void A_change_is_reported_once(string what, string cidr = "10.0.0.0/8")
    {
        var network = Cidr.Parse(cidr);
        if (what != "link")
            _socket.Execute(new ChangeLink(1, "lo") { Up = true });
        if (what == "gone")
            _socket.Execute(new AddRoute(1, network, null));
        Quieten();
        Change();
        Assert.True(_watch.Wait(s_long));
        Quieten();
        Assert.False(_watch.Wait(s_short));

        void Change() => _socket.Execute(what switch
        {
            "link" => new ChangeLink(1, "lo") { Up = true },
            "address" => AddressMessage.Add(1, network, skipsDad: true),
            "route" => new AddRoute(1, network, null),
            _ => new DeleteRoute(network, RouteConstants.RTPROT_BOOT),
        });
    }

    // 4,000 notifications exceed the buffer and still count as one change.
    [Fact]
    public void Many_changes_are_reported_as_one()
    {
        for (var i = 0; i < 2000; i++)
        {
            _socket.Execute(
                new ChangeLink(1, "lo") { Up = true },
                new ChangeLink(1, "lo") { Up = false });
        }
        Assert.True(_watch.Wait(s_long));
        Quieten();
        Assert.False(_watch.Wait(s_short));
    }

    /// <summary>Waits until no notification arrives. One change causes several, and some come from a work queue of the kernel.</summary>
    void Quieten()
    {
        while (_watch.Wait(s_quiet))
        {
        }
    }
}
