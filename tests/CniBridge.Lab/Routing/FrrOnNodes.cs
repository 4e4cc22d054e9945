namespace CniBridge.Lab.Routing;

sealed class FrrOnNodes : RoutingWay
{
    const string Programs = "/usr/lib/frr";

    public override string Title => "FRR on each node, with the same file, tells the others over OSPF";

    public override void Start(WorkerNode node, Families families)
    {
        // The watchdog that starts the daemons of a real machine is not used. The daemons write there, and the checkout may be there, too.
        node.Node.Cover("/var/tmp");
        node.Prepare("""
            mount -t tmpfs tmpfs /etc/frr
            echo 'service integrated-vtysh-config' > /etc/frr/vtysh.conf
            mkdir /run/frr
            chown frr:frr /run/frr
            """);
        node.Type($"cp {Shell.Quote(Example("frr.conf"))} /etc/frr/frr.conf");
        if (families == Families.V6)
            node.Type("""
                id=$(hostname | cksum | cut -d ' ' -f 1)
                echo "ip router-id $((id >> 24 & 255)).$((id >> 16 & 255)).$((id >> 8 & 255)).$((id & 255))" >> /etc/frr/frr.conf
                """);
        node.Start($"{Programs}/zebra");
        node.Prepare("until [ -e /run/frr/zserv.api ]; do sleep 0.05; done");
        node.Start($"{Programs}/ospfd");
        node.Start($"{Programs}/ospf6d");
        node.Prepare("until [ -e /run/frr/ospfd.vty ] && [ -e /run/frr/ospf6d.vty ]; do sleep 0.05; done");
        node.Type("vtysh -b > /dev/null");
    }
}
