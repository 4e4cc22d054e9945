using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>Tests of a second ADD of an attachment, as runtimes send it after a restart.</summary>
public sealed class RetryTests : IDisposable
{
    readonly TemporaryDirectory _root = new();
    readonly FakeNodeView _node = new();

    public void Dispose() => _root.Dispose();

    HostLocalAddresses Make(string netns, string ipam = "", string more = "", Action<Attachment>? deleteHostLink = null)
    {
        var request = Requests.Make($$"""
            { "ipam": {"type": "host-local", "dataDir": "{{_root["data"]}}", "stateDir": "{{_root["state"]}}",
            "ranges": [[{"subnet":"10.1.0.0/24"}],[{"subnet":"fd00::/64"}]] {{ipam}} } {{more}} }
            """, netns);
        var addresses = HostLocalAddresses.ForAdd(
            request, CniArgs.Parse(""), AttachmentNetwork.None with { DeleteHostLink = deleteHostLink });
        addresses.Node = _node;
        return addresses;
    }

    string Allocate(string netns, string ipam = "", string more = "", bool isUndone = false)
    {
        using var undo = new Rollback(TextWriter.Null);
        var result = Make(netns, ipam, more).Allocate(undo);
        if (!isUndone)
            undo.Cancel();
        return string.Join(' ', result.Ips.Select(ip => ip.Address));
    }

    string Refusal(string netns) => Assert.Throws<CniException>(() => Allocate(netns)).Message;

    const string First = "10.1.0.2/24 fd00::2/64";

    [Fact]
    public void A_container_gets_its_addresses_again_if_its_namespace_is_gone()
    {
        _node.AddNamespace("/run/netns/old");
        Assert.Equal(First, Allocate("/run/netns/old"));
        _node.Namespaces.Clear();
        _node.AddNamespace("/run/netns/new");
        Assert.Equal(First, Allocate("/run/netns/new"));
        // From then on the new namespace counts.
        Assert.EndsWith("10.1.0.2 has been allocated to pod1, duplicate allocation is not allowed: " +
            "eth0 is alive, its namespace is at /run/netns/new", Refusal("/run/netns/new"), StringComparison.Ordinal);
        _node.Reboot();
        _node.AddNamespace("/run/netns/old");
        Assert.Equal(First, Allocate("/run/netns/old"));
    }

    [Fact]
    public void The_refusal_names_the_namespace_of_a_live_attachment()
    {
        _node.AddNamespace("/run/netns/old");
        Allocate("/run/netns/old");
        _node.AddNamespace("/run/netns/new");
        Assert.EndsWith(": eth0 is alive, its namespace is at /run/netns/old", Refusal("/run/netns/new"), StringComparison.Ordinal);
        _node.Namespaces.Remove("/run/netns/old");
        _node.HostLinks[new Attachment("pods", "pod1", "eth0")] = "veth5";
        Assert.EndsWith(": eth0 is alive, its host veth veth5 exists, for the namespace /run/netns/old",
            Refusal("/run/netns/new"), StringComparison.Ordinal);
        _node.HostLinks.Clear();
        _node.Hidden.Add(IpAddress.Parse("fd00::2"));
        Assert.EndsWith("fd00::2 has been allocated to pod1, duplicate allocation is not allowed: " +
            "its namespace is gone from /run/netns/old, but some namespace has the address", Refusal("/run/netns/new"),
                StringComparison.Ordinal);
    }

    // An ended namespace keeps its links for a while. A plugin that creates links need not wait.
    [Fact]
    public void The_bridge_plugin_deletes_a_leftover_link_first()
    {
        _node.AddNamespace("/run/netns/old");
        Allocate("/run/netns/old");
        _node.Namespaces.Clear();
        _node.AddNamespace("/run/netns/new");
        _node.HostLinks[new Attachment("pods", "pod1", "eth0")] = "veth5";
        var addresses = Make("/run/netns/new", deleteHostLink: attachment => Assert.True(_node.HostLinks.Remove(attachment)));
        using (var undo = new Rollback(TextWriter.Null))
        {
            Assert.Equal(First, string.Join(' ', addresses.Allocate(undo).Ips.Select(ip => ip.Address)));
            undo.Cancel();
        }
        Assert.Empty(_node.HostLinks);
        // The link of a running attachment is not deleted.
        _node.HostLinks[new Attachment("pods", "pod1", "eth0")] = "veth6";
        addresses = Make("/run/netns/new", deleteHostLink: _ => Assert.Fail("it lives"));
        using var second = new Rollback(TextWriter.Null);
        Assert.Contains("eth0 is alive", Assert.Throws<CniException>(() => addresses.Allocate(second)).Message, StringComparison.Ordinal);
    }

    // Users of Go match on this text.
    [Fact]
    public void The_refusal_without_a_record_is_that_of_the_Go_plugin()
    {
        Allocate("/no/namespace");
        Assert.EndsWith("10.1.0.2 has been allocated to pod1, duplicate allocation is not allowed",
            Refusal("/no/namespace"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_undo_keeps_the_addresses_of_the_former_attachment()
    {
        _node.AddNamespace("/run/netns/old");
        Allocate("/run/netns/old");
        _node.Namespaces.Clear();
        _node.AddNamespace("/run/netns/new");
        Assert.Equal(First, Allocate("/run/netns/new", isUndone: true));
        Assert.Equal(2, Make("/run/netns/new").ListUsers().Count);
        // The attachment is as stale as before.
        Assert.Equal(First, Allocate("/run/netns/new"));
    }

    [Fact]
    public void A_requested_address_replaces_the_former_one()
    {
        _node.AddNamespace("/run/netns/old");
        Allocate("/run/netns/old");
        _node.Reboot();
        _node.AddNamespace("/run/netns/new");
        Assert.Equal("10.1.0.77/24 fd00::2/64", Allocate("/run/netns/new", more: """, "runtimeConfig": {"ips": ["10.1.0.77"]}"""));
        Assert.Equal(["10.1.0.77", "fd00::2"],
            Make("/run/netns/new").ListUsers().Select(user => user.Address.ToString()).Order(StringComparer.Ordinal));
        _node.Reboot();
        _node.AddNamespace("/run/netns/new");
        Assert.Equal("10.1.0.78/24 fd00::2/64", Allocate("/run/netns/new", ipam: """, "exclude": ["10.1.0.77"] """));
    }

    // The record belongs to the new attachment from the first reservation on, although one range is full and the other set has free
    // addresses.
    [Fact]
    public void A_container_gets_its_remaining_addresses_again()
    {
        _node.AddNamespace("/run/netns/old");
        Allocate("/run/netns/old");
        _node.Namespaces.Clear();
        _node.AddNamespace("/run/netns/new");
        File.Delete(_root["data/pods/10.1.0.2"]);
        Assert.Equal("10.1.0.3/24 fd00::2/64", Allocate("/run/netns/new"));
    }
}
