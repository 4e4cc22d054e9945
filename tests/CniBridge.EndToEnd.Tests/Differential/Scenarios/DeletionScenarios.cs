using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>Scenarios of DEL in every state of the attachment, and of ADD of existing attachments.</summary>
static class DeletionScenarios
{
    static readonly string Network = Config.Gateway($"\"ranges\": [{Config.Ipv4}, {Config.Ipv6}]");

    public static IReadOnlyList<Scenario> Table =>
    [
        new("DEL without an ADD", Network) { Steps = [Del("a")], Differences = Known.NoStoreMade(1) },
        new("DEL without an ADD or a namespace", Network)
        {
            Steps = [Del("a") with { Namespace = "" }],
            Differences = Known.NoStoreMade(1),
        },
        new("DEL twice", Network) { Steps = [Add("a"), Del("a"), Del("a")] },
        new("DEL without a namespace", Network)
        {
            Steps = [Add("a"), Del("a") with { Namespace = "" }, Del("a") with { Namespace = "" }, Del("a")],
            Differences = [
                .. Known.PairStays("a", Known.NoNamespace, 2, 3),
                .. Known.CarrierStays(Known.NoNamespace, 2, 3),
                .. Known.RoutesStayUp(Known.NoNamespace, 2, 3),
            ],
        },
        new("DEL after the namespace is gone", Network)
        {
            Steps = [Add("a"), Add("b"), Sh("ip netns delete a"), Del("a"), Del("a"), Check("b")],
        },
        new("DEL after the namespace's path is gone, but not the namespace", Network)
        {
            Steps =
            [
                Add("a"),
                Sh("touch /run/node/kept; mount --bind /run/netns/a /run/node/kept; ip netns delete a"),
                Del("a"),
            ],
            Differences = [
                new("node/veth(a eth0)/*", "*", null, Known.NoNamespace) { After = [3] },
                .. Known.CarrierStays(Known.NoNamespace, 3),
                .. Known.RoutesStayUp(Known.NoNamespace, 3),
            ],
        },
        new("DEL with a plain file for a namespace", Network)
        {
            Steps =
            [
                Sh("echo >/run/node/file"),
                Add("a"),
                Del("a") with { Namespace = "/run/node/file", Fails = true },
                Del("a"),
            ],
            Differences = [
                .. Known.OnlyOursSucceeds(Known.NoNamespace, 3),
                .. Known.PairStays("a", Known.NoNamespace, 3),
                .. Known.CarrierStays(Known.NoNamespace, 3),
                .. Known.RoutesStayUp(Known.NoNamespace, 3),
                .. Known.ReservationStays("10.88.0.2", Known.NoNamespace, 3),
                .. Known.ReservationStays("fd00:88::2", Known.NoNamespace, 3),
            ],
        },
        new("DEL after the interface was removed", Network)
        {
            Steps = [Add("a"), Sh("ip -n a link delete eth0"), Del("a")],
        },
        new("DEL after the bridge was removed", Network)
        {
            Steps = [Add("a"), Sh("ip link delete cni0"), Del("a"), Add("b"), Check("b")],
        },
        new("DEL of an interface that is no veth", Network)
        {
            Steps = [Sh("ip -n a link add eth0 type bridge"), Del("a")],
            Differences = [
                .. Known.NoStoreMade(2),
                new("pod a/eth0/*", null, "*", Known.Ownership) { After = [2] },
            ],
        },
        new("DEL with another range than ADD's", Network)
        {
            Networks = new Dictionary<string, string> { ["changed"] = Config.Gateway("\"subnet\": \"10.99.0.0/24\"") },
            Steps = [Add("a"), Del("a") with { Network = "changed" }],
        },
        new("DEL with a configuration that became invalid", Network)
        {
            Networks = new Dictionary<string, string> { ["changed"] = Config.Gateway("\"subnet\": \"10.88.0.5/24\"") },
            Steps = [Add("a"), Del("a") with { Network = "changed", Fails = true }, Del("a")],
            Differences = [
                .. Known.OnlyOursSucceeds(Known.InvalidDel, 2),
                .. Known.ReservationStays("10.88.0.2", Known.InvalidDel, 2),
                .. Known.ReservationStays("fd00:88::2", Known.InvalidDel, 2),
            ],
        },
        new("the same ADD twice", Network)
        {
            Steps = [Add("a"), NoAdd("a"), Check("a"), Del("a")],
        },
        new("ADD of an interface that is there", Network)
        {
            Steps = [Sh("ip -n a link add eth0 type bridge"), NoAdd("a")],
            Differences = [
                .. Known.CarrierStays("Go's bridge never had a port, ours had one that is gone", 2),
                new("files/networks*", null, "*", "ours asks for addresses first, and gave them back") { After = [2] },
            ],
        },
        new("ADD again after DEL", Network)
        {
            Steps = [Add("a"), Del("a"), Add("a"), Check("a"), Del("a")],
        },
    ];
}
