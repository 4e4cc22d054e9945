namespace CniBridge.Lab;

/// <summary>The router of the LAN with several ports, which is the default gateway of the nodes. Behind it is an outside host.</summary>
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

    /// <summary>Connects a node to a port of the LAN. The link of the node is eth0.</summary>
    public void Plug(ScratchNode node, string port)
    {
        // A removed node takes its link with it after a moment.
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
