using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>Tests of DEL with another configuration than that of ADD.</summary>
public sealed class LenientDeleteTests : IDisposable
{
    readonly TemporaryDirectory _root = new();
    readonly FakeNodeView _node = new();

    public void Dispose() => _root.Dispose();

    CniRequest Request(string netns, string network, string data) => Requests.Make($$"""
        {"ipam": {"type": "host-local", "dataDir": "{{_root[data]}}", "stateDir": "{{_root["state"]}}", "subnet": "10.0.0.0/24"} }
        """, netns) with
    { NetworkName = network };

    void Add(string netns, string network = "pods", string data = "data")
    {
        var addresses = HostLocalAddresses.ForAdd(Request(netns, network, data), CniArgs.Parse(""), AttachmentNetwork.None);
        addresses.Node = _node;
        using var undo = new Rollback(TextWriter.Null);
        addresses.Allocate(undo);
        undo.Cancel();
    }

    void Delete(string netns, string network = "pods", string data = "data")
    {
        var addresses = HostLocalAddresses.ForDelete(Request(netns, network, data), AttachmentNetwork.None);
        addresses.Node = _node;
        addresses.Release();
    }

    bool IsReserved(string network = "pods", string data = "data") => File.Exists(_root[$"{data}/{network}/10.0.0.2"]);

    [Theory]
    [InlineData("renamed", "data")]
    [InlineData("pods", "moved")]
    [InlineData("renamed", "moved")]
    public void DEL_of_a_renamed_or_moved_network_releases_the_attachment(string network, string data)
    {
        _node.AddNamespace("/run/netns/pod");
        Add("/run/netns/pod");
        Delete("/run/netns/pod", network, data);
        Assert.False(IsReserved());
        Assert.False(Directory.Exists(_root["moved"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/run/netns/pod")]
    [InlineData("/run/netns/other")]
    public void A_renamed_network_releases_an_attachment_whose_namespace_is_gone(string netns)
    {
        _node.AddNamespace("/run/netns/pod");
        Add("/run/netns/pod");
        _node.Namespaces.Clear();
        Delete(netns, "renamed");
        Assert.False(IsReserved());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/run/netns/other")]
    public void A_live_attachment_in_another_namespace_stays(string netns)
    {
        _node.AddNamespace("/run/netns/pod");
        Add("/run/netns/pod");
        Delete(netns, "renamed");
        Assert.True(IsReserved());
    }

    // A process may hold a namespace whose path is gone. A plugin that creates links deletes the link first, and one without links keeps
    // the reservation.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_existing_link_is_deleted_before_the_address_is_released(bool makesLinks)
    {
        _node.AddNamespace("/run/netns/pod");
        Add("/run/netns/pod");
        _node.Namespaces.Clear();
        _node.HostLinks[new Attachment("pods", "pod1", "eth0")] = "veth1";
        var wasReserved = false;
        var addresses = HostLocalAddresses.ForDelete(
            Request("", "renamed", "data"), AttachmentNetwork.None with { DeleteHostLink = makesLinks ? DeleteLink : null });
        addresses.Node = _node;
        addresses.Release();
        Assert.Equal(makesLinks, wasReserved);
        Assert.Equal(makesLinks, _node.HostLinks.Count == 0);
        Assert.Equal(!makesLinks, IsReserved());

        void DeleteLink(Attachment attachment)
        {
            wasReserved = IsReserved();
            _node.HostLinks.Remove(attachment);
        }
    }

    [Fact]
    public void Other_networks_are_not_searched_if_this_one_has_a_reservation()
    {
        _node.AddNamespace("/run/netns/pod");
        Add("/run/netns/pod");
        Add("/run/netns/pod", "second");
        Delete("/run/netns/pod", "second");
        Assert.True(IsReserved());
        Assert.False(IsReserved("second"));
    }

    [Fact]
    public void A_record_without_reservations_is_deleted()
    {
        Add("/run/netns/pod");
        Directory.Delete(_root["data"], recursive: true);
        Assert.NotEmpty(Records());
        Delete("/run/netns/pod");
        Assert.Empty(Records());
        Assert.False(Directory.Exists(_root["data"]));
    }

    string[] Records() => [.. Directory.EnumerateFiles(_root["state"], "pod1*", SearchOption.AllDirectories)];

    // The place of the reservation is unknown.
    [Fact]
    public void A_relative_data_directory_is_refused() =>
        Requests.AssertRefused(CniErrorCode.InvalidConfig, () => HostLocalAddresses.ForDelete(
        Requests.Make("""{"ipam": {"type": "host-local", "dataDir": "networks"}}"""), AttachmentNetwork.None), "ipam.dataDir", "networks",
            "absolute path");

    // The next call may come from another working directory.
    [Theory]
    [InlineData("", "")]
    [InlineData("/run/../netns/pod", "/run/../netns/pod")]
    [InlineData("netns/pod", "{0}/netns/pod")]
    public void The_recorded_path_of_a_namespace_is_absolute(string netns, string recorded) => Assert.Equal(
        recorded.Replace("{0}", Directory.GetCurrentDirectory(), StringComparison.Ordinal),
            Requests.Make("{}", netns).RecordedNamespacePath);
}
