using CniBridge.EndToEnd.Tests.PortMap;
using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortNode;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>
/// Tests of a node on which /run is read-only or full, as in a container with a read-only root. Pods work as with the Go plugins, and only
/// the records for "cni-bridge repair" are missing.
/// </summary>
public sealed class ReadOnlyRunTests
{
    // The input of the calls is in /run/node.
    const string ReadOnly = "mount -t tmpfs tmpfs /run/node; mount -o remount,ro /run";

    /// <summary>A command after which no file can be created.</summary>
    const string Full = """
        mount -t tmpfs tmpfs /run/node
        mount -o remount,nr_inodes=500 /run
        mkdir /run/fill
        i=0
        while touch /run/fill/$i 2> /dev/null; do i=$((i + 1)); done
        """;

    const string All = """{"ipMasq": true, "macspoofchk": true}""";

    [Theory]
    [InlineData(ReadOnly, "{}")]
    [InlineData(ReadOnly, """{"ipMasq": true}""")]
    [InlineData(ReadOnly, """{"macspoofchk": true}""")]
    [InlineData(ReadOnly, All)]
    [InlineData(Full, All)]
    public void ADD_and_DEL_work_without_records(string state, string keys)
    {
        using var node = SpoofGuards.NewNode("pod");
        var outside = new OutsideWorld(node);
        node.Run("sh", "-ec", state).Succeeded();
        var network = Configurations.With(keys);
        var added = RawCall.Of(node, "ADD", network).Succeed();

        var isMasqueraded = keys.Contains("ipMasq", StringComparison.Ordinal);
        Assert.Equal(isMasqueraded ? OutsideWorld.NodeV4 : "10.88.0.2", outside.SenderSeen("pod", OutsideWorld.HostV4));
        Assert.Equal(isMasqueraded ? OutsideWorld.NodeV6 : "fd00:88::2", outside.SenderSeen("pod", OutsideWorld.HostV6));
        var isGuarded = keys.Contains("macspoofchk", StringComparison.Ordinal);
        Assert.Equal(isGuarded ? SpoofGuards.Expected(("pod", added)) : [], SpoofGuards.Elements(node));
        Assert.Equal(isMasqueraded, added.Stderr.Contains("could not write the record masquerade/podnet,ip6", StringComparison.Ordinal));
        Assert.Equal(
            isGuarded, added.Stderr.Contains("could not write the record spoof-check/podnet,container-pod,eth0", StringComparison.Ordinal));
        RawCall.Of(node, "CHECK", network).WithPrevious(added).Succeed();

        RawCall.Of(node, "DEL", network).Succeed();
        RawCall.Of(node, "DEL", network).Succeed();
        Assert.Empty(SpoofGuards.Elements(node));
        Assert.Empty(node.Reservations());
        Assert.Equal(["up0"], node.PodLinks(PodNetwork.Bridge));
        Assert.Empty(node.Files("/run/cni-bridge"));
    }

    [Fact]
    public void The_next_ADD_writes_the_record_of_a_masquerade_that_lacks_one()
    {
        using var node = SpoofGuards.NewNode("pod", "next");
        var network = Configurations.With("""{"ipMasq": true}""");
        RawCall.Of(node, "ADD", network).Succeed();
        string[] names = ["podnet,ip", "podnet,ip6"];
        var records = names.Select(Read).ToList();
        node.Run("rm", "-r", "/run/cni-bridge").Succeeded();

        RawCall.Of(node, "ADD", network, "next").Succeed();

        Assert.Equal(records, names.Select(Read));

        string Read(string name) => node.Run("cat", $"/run/cni-bridge/masquerade/{name}").Succeeded().Stdout;
    }

    // The records were written while /run was writable. DEL uses them and cannot delete them.
    [Fact]
    public void DEL_succeeds_if_records_cannot_be_deleted()
    {
        using var node = HostPortNode.Of(All, "pod");
        node.Add("pod", Only(8080, 80));
        node.Node.Run("sh", "-ec", ReadOnly).Succeeded();

        var deleted = node.Call("DEL", "pod", "[]").Succeed();
        Assert.Contains("could not delete the record hostports/podnet,container-pod,eth0: ", deleted.Stderr, StringComparison.Ordinal);
        node.Detach("pod");
        Assert.Empty(node.Owners);
        node.Node.AssertNoResidue("pod");
    }

    [Theory]
    [InlineData(ReadOnly)]
    [InlineData(Full)]
    public void Host_ports_work_without_records(string state)
    {
        using var node = HostPortNode.With("pod").WithOutside();
        node.Serve("pod", "tcp/80");
        node.Node.Run("sh", "-ec", state).Succeeded();
        node.Add("pod", Only(8080, 80));
        Assert.Equal($"pod {OutsideWorld.HostV4}", node.Ask(Outside, "tcp", OutsideWorld.NodeV4, 8080));
        node.Call("CHECK", "pod", Only(8080, 80)).Succeed();

        node.Call("DEL", "pod", Only(8080, 80)).Succeed();
        node.AssertNothingLeft();
        node.AssertNoAnswer(Outside, "tcp", OutsideWorld.NodeV4, 8080);
    }
}
