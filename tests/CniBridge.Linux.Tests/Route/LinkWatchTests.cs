using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;

namespace CniBridge.Linux.Tests.Route;

public sealed class LinkWatchTests : IDisposable
{
    static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(50), s_long = TimeSpan.FromSeconds(10);

    readonly ScratchNamespace _scratch = new();

    public void Dispose() => _scratch.Dispose();

    T InScratch<T>(Func<RouteSocket, T> work)
    {
        using var scratch = _scratch.Open();
        return scratch.Run(() =>
        {
            using var socket = new RouteSocket();
            return work(socket);
        });
    }

    static (Link Host, Link Pod) MakePair(RouteSocket socket)
    {
        Assert.True(socket.TryCreateVeth(new("veth0", MacAddress.Random()), new("eth0", MacAddress.Random()), null, 0, 0));
        return (socket.TryGetLink("veth0")!, socket.TryGetLink("eth0")!);
    }

    [Fact]
    public void The_wait_for_a_link_ends_when_its_peer_comes_up() => Assert.True(InScratch(socket =>
    {
        var (host, pod) = MakePair(socket);
        using var watch = LinkWatch.OfLinks();
        Assert.False(socket.TryGetLink("veth0")!.IsOperational);
        socket.Execute(new ChangeLink(pod.Index, "eth0") { Up = true });
        return watch.WaitUntilOperational([host.Index, pod.Index], socket, s_long) &&
            socket.TryGetLink("veth0")!.IsOperational && socket.TryGetLink("eth0")!.IsOperational;
    }));

    [Fact]
    public void The_wait_for_a_link_that_stays_down_ends_at_the_deadline() => Assert.False(InScratch(socket =>
    {
        var (host, _) = MakePair(socket);
        using var watch = LinkWatch.OfLinks();
        return watch.WaitUntilOperational([host.Index], socket, s_short);
    }));

    // A watch that began too late gets no event and looks at the end.
    [Fact]
    public void A_link_that_was_up_before_the_wait_counts_at_the_deadline() => Assert.True(InScratch(socket =>
    {
        var (host, pod) = MakePair(socket);
        using (var early = LinkWatch.OfLinks())
        {
            socket.Execute(new ChangeLink(pod.Index, "eth0") { Up = true });
            Assert.True(early.WaitUntilOperational([host.Index], socket, s_long));
        }
        using var late = LinkWatch.OfLinks();
        return late.WaitUntilOperational([host.Index], socket, s_short);
    }));

    // 4,000 announcements do not fit into a socket's buffer: some are lost, the link is not.
    [Fact]
    public void Lost_notifications_do_not_hide_that_a_link_is_up() => Assert.True(InScratch(socket =>
    {
        var (host, pod) = MakePair(socket);
        using var watch = LinkWatch.OfLinks();
        socket.Execute(new ChangeLink(pod.Index, "eth0") { Up = true });
        for (var i = 0; i < 2000; i++)
        {
            socket.Execute(
                new ChangeLink(1, "lo") { Up = true },
                new ChangeLink(1, "lo") { Up = false });
        }
        return watch.WaitUntilOperational([host.Index], socket, s_long);
    }));
}
