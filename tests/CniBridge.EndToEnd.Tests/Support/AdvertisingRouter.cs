namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>
/// A router beside a node in its own namespace. It sends router advertisements (radvd), from which the node's kernel learns its default
/// route, as on a network without DHCP.
/// </summary>
sealed class AdvertisingRouter : IDisposable
{
    /// <summary>The node's link to the router.</summary>
    public const string Uplink = "up0";

    /// <summary>An address behind the default route.</summary>
    public const string Outside = "2001:db8:ffff::1";

    /// <summary>The lifetime of an advertisement. A new one arrives every three to four seconds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    // Without duplicate address detection, which takes a second or two, only the advertisement takes time.
    const string Setup = """
        set -e
        ip netns add router
        ip link add up0 type veth peer name rt0 netns router
        echo 0 > /proc/sys/net/ipv6/conf/up0/accept_dad
        ip netns exec router sh -ec '
          echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
          echo 0 > /proc/sys/net/ipv6/conf/rt0/accept_dad
          ip link set lo up
          ip address add 2001:db8:ffff::1/128 dev lo
          ip address add 2001:db8:1::1/64 dev rt0
          ip link set rt0 up'
        ip link set up0 up
        """;

    const string Configuration = """
        interface rt0 {
          AdvSendAdvert on;
          MinRtrAdvInterval 3;
          MaxRtrAdvInterval 4;
          AdvDefaultLifetime 5;
          prefix 2001:db8:1::/64 { };
        };
        """;

    readonly ScratchNode node;
    readonly RunningProcess daemon;

    public AdvertisingRouter(ScratchNode node)
    {
        this.node = node;
        const string file = $"{ScratchNode.Directory}/radvd.conf";
        node.WriteFile(file, Configuration);
        node.Run("sh", "-c", Setup).Succeeded();
        daemon = node.Start("ip", [
            "netns", "exec", "router", "radvd", "--nodaemon", "--config", file, "--pidfile", "/run/radvd.pid",
            "--logmethod", "stderr"]);
        try
        {
            AwaitDefaultRoute();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Adds the route back to a network behind the node.</summary>
    public void AddRouteToNode(string network)
    {
        var address = node.IpJson("address", "show", Uplink)[0].GetProperty("addr_info").EnumerateArray()
            .First(item => item.GetProperty("scope").GetString() == "link").GetProperty("local").GetString()!;
        node.Run("ip", "-n", "router", "route", "add", network, "via", address, "dev", "rt0").Succeeded();
    }

    public void Dispose() => daemon.Dispose();

    void AwaitDefaultRoute()
    {
        var deadline = Environment.TickCount64 + 20_000;
        while (DefaultRoutes(node).Length == 0)
        {
            Assert.True(Environment.TickCount64 < deadline, "no advertisement was heard");
        }
    }

    /// <summary>Returns the node's IPv6 default routes as ip shows them.</summary>
    public static string[] DefaultRoutes(ScratchNode node) =>
        node.Run("ip", "-6", "route", "show", "default").Succeeded().Stdout
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
