using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>Tests of leaked reservations whose addresses are configured in an existing namespace, by the pod or by another one.</summary>
public sealed class ForeignAddressTests
{
    static string Config(string subnet) => Configurations.WithIpam($$"""{"ranges": [[{"subnet": "{{subnet}}"}]]}""");

    static string Add(Node node, string config, string pod) =>
        RawCall.Of(node, "ADD", config, pod).Succeed().Json.GetProperty("ips")[0].GetProperty("address").GetString()!;

    static string AddNew(ScratchNode node, string config, string pod)
    {
        node.AddPod(pod);
        return Add(node, config, pod);
    }

    // A user without any right can create a user namespace with any addresses.
    [Theory]
    [InlineData("ip link add type veth; ip link set veth1 up; ip address add 10.88.0.2/30 dev veth0; ip link set veth0 up")]
    [InlineData("ip link set lo up; ip address add 10.88.0.2/30 dev lo")]
    public void Addresses_in_a_namespace_of_a_user_do_not_prevent_a_reclaim(string script)
    {
        using var node = NewNode();
        Requirement.Node("setpriv");
        var config = Config("10.88.0.0/30");
        AddNew(node, config, "old");
        node.Run("ip", "netns", "delete", "old").Succeeded();
        node.Run("timeout", "60", "sh", "-c", "while [ -n \"$(ls /sys/class/net/cni0/brif)\" ]; do sleep 0.05; done").Succeeded();
        using var hostile = node.Start("setpriv", [
            "--reuid=65534", "--regid=65534", "--clear-groups", "unshare", "--user", "--map-root-user", "--net", "sh", "-ec",
            $"{script}; echo ready; exec sleep 60"]);
        hostile.WaitForOutput("ready");

        Assert.Equal("10.88.0.2/30", AddNew(node, config, "new"));
    }

    // With CAP_NET_ADMIN a pod does so in its own namespace, which belongs to the node's user namespace.
    [Theory]
    [InlineData("for i in 3 4 5 6; do ip address add 10.88.0.$i/29 dev eth0; done")]
    [InlineData("for i in 3 4 5 6; do ip address add 10.88.0.$i/29 dev lo; done")]
    [InlineData(
        "ip link add own type veth peer name other; for i in 3 4 5 6; do ip address add 10.88.0.$i/29 dev own; done; ip link set own up; " +
        "ip link set other up")]
    [InlineData("ip link delete eth0; ip link set lo up; for i in 3 4 5 6; do ip address add 10.88.0.$i/29 dev lo; done")]
    public void Addresses_that_a_pod_configures_for_itself_do_not_prevent_a_reclaim(string script)
    {
        using var node = NewNode();
        var config = Config("10.88.0.0/29");
        Assert.Equal("10.88.0.2/29", AddNew(node, config, "hostile"));
        string[] pods = [.. Enumerable.Range(3, 4).Select(i => $"old{i}")];
        foreach (var pod in pods)
            AddNew(node, config, pod);
        foreach (var pod in pods)
            node.Run("ip", "netns", "delete", pod).Succeeded();
        node.Run("timeout", "60", "sh", "-c", "while [ $(ls /sys/class/net/cni0/brif | wc -l) -gt 1 ]; do sleep 0.05; done").Succeeded();
        node.InPod("hostile", "sh", "-ec", script).Succeeded();

        Assert.Equal("10.88.0.3/29", AddNew(node, config, "new"));

        Assert.Equal(["10.88.0.2", "10.88.0.3"], node.Reservations());
    }

    // Such a namespace has no known owner, because the Go plugin's pods have no aliases and no records.
    [Fact]
    public void An_address_in_the_namespace_of_an_unknown_pod_is_not_reclaimed()
    {
        using var node = NewNode();
        var config = Config("10.88.0.0/30");
        AddNew(node, config, "old");
        node.Run("ip", "netns", "delete", "old").Succeeded();
        node.AddPod("unknown");
        node.InPod("unknown", "sh", "-ec", "ip link set lo up; ip address add 10.88.0.2/30 dev lo").Succeeded();
        node.AddPod("new");

        RawCall.Of(node, "ADD", config, "new").Fail(999, "no IP addresses available");
    }

    // With Multus, eth0 belongs to our bridge, and net1 to another plugin with our host-local.
    [Fact]
    public void The_address_of_the_second_interface_of_a_pod_is_not_reclaimed()
    {
        using var node = NewNode();
        const string second = """{"cniVersion": "1.0.0", "name": "second", "type": "macvlan", "ipam": {"type": "host-local", "subnet": "10.89.0.0/30"}}""";
        RawCall CallSecond(string pod) => RawCall.Of(node, "ADD", second, pod).With("CNI_IFNAME", "net1") with { Plugin = "host-local" };
        AddNew(node, Config("10.88.0.0/24"), "old");
        CallSecond("old").Succeed();
        node.InPod("old", "sh", "-ec", "ip link add net1 type bridge; ip address add 10.89.0.2/30 dev net1; ip link set net1 up")
            .Succeeded();
        using var process = node.Start("ip", ["netns", "exec", "old", "sh", "-c", "echo started; exec sleep 60"]);
        process.WaitForOutput("started");
        node.Run("ip", "netns", "delete", "old").Succeeded();
        node.AddPod("new");

        CallSecond("new").Fail(999, "no IP addresses available");
    }

    // A runtime may give a pod a private user namespace, which then owns its network namespace.
    [Fact]
    public void The_address_of_a_running_pod_with_a_user_namespace_is_not_reclaimed()
    {
        using var node = NewNode();
        var config = Config("10.88.0.0/30");
        using var process = node.Start("unshare", ["--user", "--map-root-user", "--net", "sh", "-c", "echo $$; exec sleep 60"]);
        var pid = process.FindOutput(@"\d+(?=\n)", TimeSpan.FromSeconds(30))!.Value;
        node.Run("sh", "-ec", $"touch /run/netns/old; mount --bind /proc/{pid}/ns/net /run/netns/old").Succeeded();
        Assert.Equal("10.88.0.2/30", Add(node, config, "old"));
        node.Run("umount", "/run/netns/old").Succeeded();
        node.Run("sh", "-c",
            "for link in /sys/class/net/veth*; do link=${link##*/}; ip link set $link down; ip link set $link alias ''; ip link set " +
            "$link name other; done")
            .Succeeded();
        node.AddPod("new");

        RawCall.Of(node, "ADD", config, "new").Fail(999, "no IP addresses available");
    }

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        return new ScratchNode();
    }
}
