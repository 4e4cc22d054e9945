using System.Globalization;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Tests.PortMap;

/// <summary>Tests of STATUS: it fails if no ADD can work, and logs missing rules of running pods.</summary>
public sealed class PortMapStatusTests : IDisposable
{
    readonly TemporaryDirectory _root = new();
    readonly StringWriter _log = new(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _root.Dispose();
        _log.Dispose();
    }

    Records<HostPortRecord> Records => new(HostPortRecord.Format, _root.Path);

    string Run(FakePorts node)
    {
        _log.GetStringBuilder().Clear();
        new PortMapStatus(Requests.Make("{}", log: _log), node, Records).Run();
        return _log.ToString().TrimEnd();
    }

    static IpAddress Address(string text) => IpAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    /// <summary>Saves a record with an address of each family and one IPv4 port.</summary>
    HostPortRecord Save(string container, ushort port, string network = "pods", bool isAlive = true)
    {
        var netns = _root["netns"];
        File.WriteAllText(netns, "");
        var id = isAlive ? SmallFile.IdentityOf(netns)! : "0:0:1";
        var record = new HostPortRecord(new RecordOwner(new Attachment(network, container, "eth0"), netns, id))
        {
            Mappings = [new PortMapping(TransportProtocol.Tcp, port, 80, Address("0.0.0.0"))],
            Pods = [new PodAddress(Address("10.1.0.5"), "cni0"), new PodAddress(Address("fd00::5"), "cni0")],
            Masquerades = true,
        };
        Records.Save(record);
        return record;
    }

    static void Put(FakePorts node, HostPortRecord record)
    {
        foreach (var element in HostPortElement.List(record))
            node.Put(element);
    }

    [Fact]
    public void STATUS_logs_nothing_if_all_rules_exist()
    {
        var node = new FakePorts();
        Assert.Equal("", Run(node));
        Put(node, Save("pod1", 8080));
        Assert.Equal("", Run(node));
        Assert.Equal(["try firewall", "try firewall"], node.Calls);
    }

    [Fact]
    public void A_lost_port_is_reported_with_its_owner_and_the_remedy()
    {
        Save("pod1", 8080);
        Assert.Equal("some host ports of the network pods do not work: missing host port 8080/tcp of any address of pods/pod1/eth0; " +
            "cni-bridge repair restores them", Run(new FakePorts()));
    }

    // The tables of IPv6 are not needed here, and are not reported as missing.
    [Fact]
    public void The_first_of_many_missing_parts_is_reported_with_the_number_of_the_others()
    {
        Save("pod1", 8080);
        Save("pod2", 8081);
        var node = new FakePorts { Damage = "no chain x", IsLocalhostAllowed = false };
        Assert.Equal("some host ports of the network pods do not work: missing rules of host ports (no chain x) and 4 more; " +
            "cni-bridge repair restores them", Run(node));
    }

    [Fact]
    public void A_setting_that_was_changed_is_reported()
    {
        var node = new FakePorts { IsLocalhostAllowed = false };
        Put(node, Save("pod1", 8080));
        Assert.Contains("missing net.ipv4.conf.cni0.route_localnet for pods/pod1/eth0;", Run(node), StringComparison.Ordinal);
    }

    [Fact]
    public void STATUS_ignores_stale_attachments_and_other_networks()
    {
        Save("dead", 8080, isAlive: false);
        Save("pod1", 8081, network: "other");
        Assert.Equal("", Run(new FakePorts { Damage = "no chain x" }));
    }

    [Fact]
    public void Without_nftables_STATUS_fails()
    {
        var node = new FakePorts();
        node.Failing.Add("try firewall");
        Assert.Throws<KernelException>(() => Run(node));
    }
}
