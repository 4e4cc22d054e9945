namespace CniBridge.Lab;

/// <summary>
/// The LAN with its router, as in a box with some ports: the nodes' default gateway. Behind it is a host outside.
/// </summary>
sealed class Router : Machine
{
    public const string Lan = "lan", Outside = "outside";

    readonly Families families;

    public Router(Families families, Transcript transcript)
        : base("router", transcript)
    {
        this.families = families;
        Prepare($"""
            ip link add {Lan} type bridge
            ip link set {Lan} up
            ip netns add {Outside}
            ip link add wan type veth peer name eth0 netns {Outside}
            ip link set wan up
            ip -n {Outside} link set lo up
            ip -n {Outside} link set eth0 up
            echo 1 > /proc/sys/net/ipv4/ip_forward
            """);
        foreach (var isV6 in families.Each())
            Prepare(AddressCommands(isV6));
        WebServer.Start(this, Outside);
    }

    /// <summary>Gives a node a port of the LAN; the node's link is eth0.</summary>
    public void Plug(ScratchNode node, string port)
    {
        // A node that is gone takes its cable with it, only not at once.
        Prepare($"ip link delete {port} 2> /dev/null || true");
        Node.Connect(port, node, "eth0");
        Prepare($"ip link set {port} master {Lan} up");
    }

    static string AddressCommands(bool isV6)
    {
        var (flags, length) = (isV6 ? " nodad" : "", Addresses.LanPrefix(isV6));
        return $"""
            {(isV6 ? "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding" : "")}
            ip address add {Addresses.Lan(1, isV6)}/{length} dev {Lan}{flags}
            ip address add {Addresses.Outside(1, isV6)}/{length} dev wan{flags}
            ip -n {Outside} address add {Addresses.Outside(10, isV6)}/{length} dev eth0{flags}
            ip -n {Outside} route add {Addresses.Default(isV6)} via {Addresses.Outside(1, isV6)}
            """;
    }

    public IEnumerable<string> OutsideAddresses => families.Each().Select(isV6 => Addresses.Outside(10, isV6));
}
