using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of plugins with other names: wrappers and backups call them portmap.real, host-local.old, loopback.bak.</summary>
public sealed class RenamedPluginTests
{
    const string Bin = "/run/plugins";

    const string PortMap = """
        {"cniVersion": "1.0.0", "name": "podnet", "type": "portmap",
         "runtimeConfig": {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}}
        """;

    const string Loopback = """{"cniVersion": "1.0.0", "name": "cni-loopback", "type": "loopback"}""";

    // portmap.real is recognized by its name, the-real-one only by the configuration.
    [Theory]
    [InlineData("portmap.real")]
    [InlineData("the-real-one")]
    public void A_wrapped_portmap_maps_ports_and_keeps_the_interface(string name)
    {
        Requirement.Programs("nft");
        using var node = NewNode();
        node.Run("cp", Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), $"{Bin}/{name}").Succeeded();
        node.WriteProgram($"{Bin}/portmap", $"#!/bin/sh\nexec {Bin}/{name} \"$@\"");
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        var wrapped = RawCall.Of(node, "ADD", PortMap).WithPrevious(added) with { Plugin = $"{Bin}/portmap" };

        wrapped.Succeed();
        Assert.Contains("tcp . 8080", HostPorts(node), StringComparison.Ordinal);
        wrapped.With("CNI_COMMAND", "DEL").Succeed();

        Assert.DoesNotContain("8080", HostPorts(node), StringComparison.Ordinal);
        Assert.Equal("eth0", node.IpJsonInPod("pod", "link", "show", "eth0")[0].GetProperty("ifname").GetString());
        node.AssertPodReaches("pod", "10.88.0.1");
    }

    [Theory]
    [InlineData("cp")]
    [InlineData("ln -s")]
    public void A_loopback_of_another_name_brings_lo_up(string make)
    {
        using var node = NewNode();
        Make(node, make, "loopback.bak");

        (RawCall.Of(node, "ADD", Loopback).With("CNI_IFNAME", "lo") with { Plugin = $"{Bin}/loopback.bak" }).Succeed();

        Assert.Contains(
            "UP", node.IpJsonInPod("pod", "link", "show", "lo")[0].GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()));
        Assert.Empty(node.PodLinks(PodNetwork.Bridge));
    }

    [Theory]
    [InlineData("cp")]
    [InlineData("ln -s")]
    public void An_ipam_type_may_be_a_host_local_of_another_name(string make)
    {
        using var node = NewNode();
        Make(node, make, "host-local.old");
        var configuration = Configurations.With("""{"ipam": {"type": "host-local.old", "subnet": "10.88.0.0/24"}}""");
        RawCall Call(string verb) => RawCall.Of(node, verb, configuration).With("CNI_PATH", Bin);

        var added = Call("ADD").Succeed();
        Assert.Equal(["10.88.0.2"], node.Reservations());
        Call("CHECK").WithPrevious(added).Succeed();
        Call("DEL").Succeed();

        node.AssertNoResidue("pod");
    }

    // A program with the name "ours" may be any plugin. It must not act as the bridge, whose DEL deletes the pod's interface.
    [Theory]
    [InlineData("""{"type": "macvlan", "ipam": {}}""")]
    [InlineData("""{"type": "macvlan", "ipam": {"type": "static"}}""")]
    [InlineData("""{"type": "bridge", "ipam": {"type": "ours"}}""")]
    public void An_unknown_name_is_refused_without_a_known_type_in_the_configuration(string keys)
    {
        using var node = NewNode();
        Make(node, "cp", "ours");
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        var before = node.Snapshot();

        foreach (var verb in new[] { "ADD", "CHECK", "DEL" })
            (RawCall.Of(node, verb, Configurations.With(keys)) with { Plugin = $"{Bin}/ours" }).Fail(7, "\"ours\"", "host-local");

        Assert.Equal(before, node.Snapshot());
    }

    static void Make(ScratchNode node, string make, string name) =>
        node.Run("sh", "-c", $"{make} {Shell.Quote(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"))} {Bin}/{name}").Succeeded();

    static string HostPorts(ScratchNode node) => node.Run("nft", "list", "map", "ip", "cni-bridge", "hostports").Succeeded().Stdout;

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.Run("mkdir", Bin).Succeeded();
        node.AddPod("pod");
        return node;
    }
}
