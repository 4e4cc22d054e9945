using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of unavailable reservations and conflicting links: each gives an error object, and ADD leaves nothing.</summary>
public sealed class BadStoreTests(UntouchedNodes nodes) : IClassFixture<UntouchedNodes>
{
    const int IoFailure = 5;
    const int InvalidConfig = 7;
    const int TryAgainLater = 11;
    const int Internal = 999;

    const string Ranges = "\"ranges\": [[{\"subnet\": \"10.88.0.0/24\"}], [{\"subnet\": \"fd00:88::/64\"}]]";

    [Theory]
    [InlineData("10.88.0.2", Internal, "not available")]
    [InlineData("fd00:88::2", Internal, "not available")]
    [InlineData("10.88.0.1", Internal, "gateway")]
    [InlineData("fd00:88::1", Internal, "gateway")]
    [InlineData("10.88.1.9", InvalidConfig, "failed to allocate all requested IPs: 10.88.1.9")]
    [InlineData("fd00:89::9", InvalidConfig, "failed to allocate all requested IPs: fd00:89::9")]
    [InlineData("10.88.0.255", InvalidConfig, "failed to allocate all requested IPs: 10.88.0.255")]
    public void A_requested_address_that_is_unavailable_is_refused(string address, int code, string words) =>
        nodes.AssertRefusedLate(code, node => Add(node).With("CNI_ARGS", $"IP={address}"), words);

    [Fact]
    public void A_second_attachment_of_the_same_interface_is_refused_and_the_first_stays() => nodes.AssertRefusedLate(
        Internal,
        node => RawCall.Of(node, "ADD", Configurations.Plain, "alive"), "duplicate allocation is not allowed");

    [Fact]
    public void An_existing_interface_with_the_name_fails_the_ADD_and_stays() => nodes.AssertRefusedLate(
        Internal,
        node => RawCall.Of(node, "ADD", Configurations.Plain, "alive").With("CNI_CONTAINERID", "other"),
        "already exists");

    [Fact]
    public void The_interface_name_lo_is_refused_and_the_loopback_stays() => nodes.AssertRefusedLate(
        Internal, node => Add(node).With("CNI_IFNAME", "lo"), "already exists");

    [Theory]
    [InlineData("/run/missing/resolv.conf")]
    [InlineData("/run/netns")]
    [InlineData("/run/text/resolv.conf")]
    public void An_unreadable_resolvConf_is_refused_at_once(string path) => nodes.AssertRefused(
        IoFailure,
        node => RawCall.Of(node, "ADD", Configurations.WithIpam($$"""{{{Ranges}}, "resolvConf": "{{path}}"}""")),
        path);

    [Theory]
    [InlineData("/run/text")]
    [InlineData("/run/text/below")]
    [InlineData("/proc/sys/net")]
    [InlineData("/dev/null")]
    public void A_data_directory_that_cannot_be_created_is_refused_at_once(string path) => nodes.AssertRefused(
        IoFailure,
        node => RawCall.Of(node, "ADD", Configurations.WithIpam($$"""{{{Ranges}}, "dataDir": "{{path}}"}""")),
        path);

    [Theory]
    [InlineData("ro")]
    [InlineData("size=4k")]
    [InlineData("nr_inodes=1")]
    [InlineData("nr_inodes=2")]
    [InlineData("nr_inodes=3")]
    [InlineData("nr_inodes=4")]
    [InlineData("nr_inodes=5")]
    public void A_data_directory_that_is_full_or_read_only_fails_without_a_trace(string options)
    {
        foreach (var node in new[] { nodes.Virgin, nodes.Living })
        {
            node.Run("mkdir", "-p", "/run/data").Succeeded();
            node.Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", "/run/data").Succeeded();
            if (options == "size=4k")
            {
                // A file system of one page, the smallest size, is already full.
                node.Run("dd", "if=/dev/zero", "of=/run/data/filler", "bs=4096", "count=1").Succeeded();
            }
        }

        try
        {
            nodes.AssertRefused(IoFailure, node =>
                RawCall.Of(node, "ADD", Configurations.WithIpam($$"""{{{Ranges}}, "dataDir": "/run/data"}""")));
            foreach (var node in new[] { nodes.Virgin, nodes.Living })
            {
                var files = node.Run("find", "/run/data", "-type", "f").Succeeded().Stdout.Split('\n');
                Assert.All(files, file => Assert.Matches("^$|/(lock|filler|last_reserved_ip.[01])$", file));
            }
        }
        finally
        {
            nodes.Virgin.Run("umount", "/run/data").Succeeded();
            nodes.Living.Run("umount", "/run/data").Succeeded();
        }
    }

    [Theory]
    [InlineData("""{"subnet": "10.88.0.0/30", "gateway": "10.88.0.2"}""", "10.88.0.1", "10.88.0.1-10.88.0.2")]
    [InlineData(
        """{"subnet": "fd00:88::/126", "rangeEnd": "fd00:88::2", "gateway": "fd00:88::2"}""",
        "fd00:88::1", "fd00:88::1-fd00:88::2")]
    public void A_full_range_is_refused_and_assigns_released_addresses_again(
        string ipam, string address, string range)
    {
        Requirement.Node();
        Requirement.Ipv6();
        using var node = new ScratchNode();
        var configuration = Configurations.WithIpam(
            ipam, """{"name": "tiny", "isGateway": false, "isDefaultGateway": false}""");
        node.AddPod("first");
        node.AddPod("second");
        RawCall.Of(node, "ADD", configuration, "first").Succeed();
        var before = node.Snapshot();

        RawCall.Of(node, "ADD", configuration, "second")
            .Fail(Internal, "no IP addresses available", range);

        Assert.Equal(before, node.Snapshot());
        RawCall.Of(node, "DEL", configuration, "first").Succeed();
        RawCall.Of(node, "ADD", configuration, "second").Succeed();
        Assert.Equal([address], node.Reservations());
    }

    [Fact]
    public void A_lock_that_another_process_holds_is_reported_with_the_holder_after_15_seconds()
    {
        Requirement.Programs("flock");
        var node = nodes.Living;
        using var holder = node.Start("flock", [
            "/var/lib/cni/networks/podnet/lock", "sh", "-c", "echo $PPID > /run/holder; echo locked; cat"]);
        holder.WaitForOutput("locked");
        var process = File.ReadAllText(node.FromOutside("/run/holder")).Trim();

        nodes.AssertRefusedOnLivingNode(TryAgainLater, Add, $"held by process {process} (flock)", "/podnet/lock");

        holder.FinishInput();
        holder.WaitForExit().Succeeded();
    }

    static RawCall Add(ScratchNode node) => RawCall.Of(node, "ADD", Configurations.Plain);
}
