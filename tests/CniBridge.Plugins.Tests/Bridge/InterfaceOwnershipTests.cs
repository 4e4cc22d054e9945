using System.Globalization;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of DEL with a CNI_NETNS that leads to the namespace of another pod, because a PID was reused.</summary>
public sealed class InterfaceOwnershipTests
{
    const string Mac = "02:00:00:00:00:02";
    const string Guard = "unguard pods/pod1/eth0";
    const string HostEnd = "delete host link of pods/pod1/eth0";
    const string Look = "find eth0 in " + Call.OwnNamespace;
    const string Deletion = "delete eth0 in " + Call.OwnNamespace;

    static readonly Attachment s_own = new("pods", "pod1", "eth0");

    static Link Host(Attachment attachment, string? alias = null) => new()
    {
        Index = 7,
        Name = HostLink.NameOf(attachment, 0),
        Alias = alias ?? HostLink.AliasOf(attachment),
        Kind = "veth",
        Mac = FakeNode.Mac(Mac),
    };

    static readonly Attachment s_long = new(new string('n', 200), new string('c', 64), "eth0");

    static string Previous(string name, string mac, string sandbox = "") =>
        $$$"""{"prevResult":{"cniVersion":"1.0.0","interfaces":[{"name":"{{{name}}}","mac":"{{{mac}}}","sandbox":"{{{sandbox}}}"}]}}""";

    /// <summary>
    /// The host veth, the record, the configuration, and the other owner in the log. The owner is null if the interface belongs to the pod.
    /// </summary>
    static readonly Dictionary<string, (Link? Host, bool? IsOfRecord, string Config, string? Other)> s_cases = new()
    {
        ["own alias"] = (Host(s_own) with { Name = "renamed" }, null, "{}", null),
        ["own alias with any record"] = (Host(s_own), false, "{}", null),
        ["the network was renamed"] = (Host(s_own with { Network = "former" }), null, "{}", null),
        ["another container"] = (Host(s_own with { ContainerId = "pod2" }), null, "{}", "pods/pod2/eth0"),
        ["another container with any record"] = (Host(s_own with { ContainerId = "pod2" }), true, "{}", "pods/pod2/eth0"),
        ["another interface"] = (Host(s_own with { InterfaceName = "net1" }), null, "{}", "pods/pod1/net1"),
        ["another's alias that was cut"] = (Host(s_long), null, "{}", HostLink.AliasOf(s_long)),
        ["an alias that another program set"] = (Host(s_own, "web/nginx/eth0"), null, "{}", null),
        ["an alias as long as one that was cut"] = (Host(s_own, new string('a', 254)), null, "{}", null),
        ["made by Go, nothing is known"] = (Host(s_own, ""), null, "{}", null),
        ["made by Go, recorded for this namespace"] = (Host(s_own, ""), true, Previous("veth9", "02:00:00:00:00:09"), null),
        ["made by Go, recorded for another namespace"] = (Host(s_own, ""), false, "{}", "another namespace than that of pod1"),
        ["the other end is elsewhere, recorded for another namespace"] = (null, false, "{}", "another namespace than that of pod1"),
        ["the other end is elsewhere"] = (null, null, Previous("veth9", "02:00:00:00:00:09"), null),
        ["the result names it"] = (Host(s_own, ""), null, Previous(HostLink.NameOf(s_own, 0), ""), null),
        ["the result names its MAC"] = (Host(s_own, ""), null, Previous("veth9", Mac), null),
        ["the result names another"] =
            (Host(s_own, ""), null, Previous("veth9", "02:00:00:00:00:09"),
                $"{HostLink.NameOf(s_own, 0)}, which is not in the result of ADD"),
        ["the result names no link of the node"] = (Host(s_own, ""), null, Previous("eth0", "02:00:00:00:00:09", "/x"), null),
        ["the result cannot be read"] = (Host(s_own, ""), null, """{"prevResult":"text"}""", null),
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Only_an_interface_without_another_owner_is_deleted(string name)
    {
        var (host, isOfRecord, config, other) = s_cases[name];
        var node = new FakeNode { VethHost = host, IsOfRecord = isOfRecord };
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        new BridgeDelete(Requests.Make(config, Call.OwnNamespace, log: log), () => false, () => node, node).Run();

        Assert.Equal(other is null
            ? ["delete what Go made", Guard, HostEnd, Look, Deletion, "release"]
            : ["delete what Go made", Guard, HostEnd, Look, "release"], node.Calls);
        if (other is not null)
            Assert.Equal($"not deleting eth0 in {Call.OwnNamespace}: it belongs to {other}\n", log.ToString());
    }

    // The host veth of the result belongs to the attachment, independently of the namespace path.
    [Fact]
    public void The_host_veth_is_deleted_if_the_namespace_belongs_to_another_attachment()
    {
        var own = new Link { Index = 4, Name = "veth0", Kind = "veth", Master = 3, Mac = FakeNode.Mac("02:00:00:00:00:04") };
        var node = new FakeNode { VethHost = Host(s_own with { ContainerId = "pod2" }), Links = { ["veth0"] = own } };
        new BridgeDelete(
            Requests.Make(Previous("veth0", "02:00:00:00:00:04"), Call.OwnNamespace), () => false, () => node, node).Run();
        Assert.Equal(["delete what Go made", Guard, HostEnd, Look, "delete veth0", "release"], node.Calls);
    }
}
