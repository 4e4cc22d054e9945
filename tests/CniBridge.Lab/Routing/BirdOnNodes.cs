namespace CniBridge.Lab.Routing;

sealed class BirdOnNodes : RoutingWay
{
    public override string Title => "BIRD on each node, with the same file, tells the others over OSPF";

    public override void Start(WorkerNode node, Families families)
    {
        node.Prepare("""
            mount -t tmpfs tmpfs /etc/bird
            mkdir /run/bird
            chown bird:bird /run/bird
            """);
        node.Type($"cp {Shell.Quote(Example("bird.conf"))} /etc/bird/bird.conf");
        if (families == Families.V6)
            node.Type("""printf 'router id %s;\n' "$(hostname | cksum | cut -d ' ' -f 1)" > /etc/bird/router-id.conf""");
        node.Start("bird -f -u bird -g bird").WaitForOutput("Started");
    }
}
