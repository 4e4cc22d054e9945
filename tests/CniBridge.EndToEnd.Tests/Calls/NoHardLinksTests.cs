using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of a data directory on a file system without hard links (FAT, some of FUSE), where the kernel refuses linkat.</summary>
public sealed class NoHardLinksTests
{
    const string Store = "/var/lib/cni/networks/podnet";

    /// <summary>A network with one address for pods.</summary>
    static readonly string s_one = Configurations.WithIpam("""{"subnet": "10.88.0.0/30"}""");

    static RawCall Without(RawCall call, string error) =>
        call with { Wrapper = ["strace", "-qq", "-o", "/dev/null", "-e", $"inject=linkat:error={error}"] };

    [Theory]
    [InlineData("EPERM")]
    [InlineData("EOPNOTSUPP")]
    [InlineData("ENOSYS")]
    [InlineData("EMLINK")]
    public void Addresses_are_reserved_and_released(string error)
    {
        using var node = NewNode();
        var added = Without(RawCall.Of(node, "ADD", Configurations.Plain), error).Succeed();
        Without(RawCall.Of(node, "ADD", Configurations.Plain, "other"), error).Succeed();

        Assert.Equal(["10.88.0.2", "10.88.0.3", "fd00:88::2", "fd00:88::3"], node.Reservations());
        Assert.Equal("container-pod\r\neth0", File.ReadAllText(node.FromOutside($"{Store}/10.88.0.2")));
        Assert.Equal("600", node.Run("stat", "-c", "%a", $"{Store}/10.88.0.2").Succeeded().Stdout.Trim());
        RawCall.Of(node, "CHECK", Configurations.Plain).WithPrevious(added).Succeed();
        node.AssertPodReaches("pod", "10.88.0.3");

        Without(RawCall.Of(node, "DEL", Configurations.Plain), error).Succeed();
        Without(RawCall.Of(node, "DEL", Configurations.Plain, "other"), error).Succeed();
        node.AssertNothingLeft(PodNetwork.Bridge);
        Assert.Equal(["last_reserved_ip.0", "last_reserved_ip.1", "lock"], node.Files(Store));
    }

    // The record of a reservation proves that its pod is gone, so it must belong to the file.
    [Fact]
    public void A_stale_reservation_is_reclaimed()
    {
        using var node = NewNode();
        Without(RawCall.Of(node, "ADD", s_one), "EPERM").Succeed();
        Without(RawCall.Of(node, "ADD", s_one, "other"), "EPERM").Fail(999, "no IP addresses available");
        node.Run("ip", "netns", "delete", "pod").Succeeded();
        Wait.Until(() => !node.PodLinks(PodNetwork.Bridge).Any(), TimeSpan.FromSeconds(20), () => "the link is there");

        var result = Without(RawCall.Of(node, "ADD", s_one, "other"), "EPERM").Succeed();

        Assert.Contains("releasing 10.88.0.2 of container-pod eth0: ", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(["10.88.0.2"], node.Reservations());
    }

    // The existing file belongs to another program, on any file system.
    [Fact]
    public void The_address_of_another_attachment_is_kept()
    {
        using var node = NewNode();
        node.WriteFile($"{Store}/10.88.0.2", "another\r\neth0");
        Without(RawCall.Of(node, "ADD", s_one), "EPERM").Fail(999, "no IP addresses available");
        Assert.Equal("another\r\neth0", File.ReadAllText(node.FromOutside($"{Store}/10.88.0.2")));
    }

    // The plugin was killed between creation and content of the file. An empty file counts as free if no other address is free.
    [Fact]
    public void An_ADD_that_was_killed_keeps_no_address()
    {
        using var node = NewNode();
        var call = RawCall.Of(node, "ADD", s_one);
        for (var number = 1; ; number++)
        {
            var killed = (call with
            {
                Wrapper = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=linkat:error=EPERM", "-e",
                    $"inject=write:signal=KILL:when={number}"],
            }).Run();
            Without(RawCall.Of(node, "DEL", s_one), "EPERM").Succeed();
            Without(RawCall.Of(node, "ADD", s_one), "EPERM").Succeed();
            Without(RawCall.Of(node, "DEL", s_one), "EPERM").Succeed();
            node.AssertNoResidue("pod");
            if (killed.ExitCode == 0)
            {
                Assert.True(number > 3, "no write was reached");
                return;
            }
        }
    }

    // Records of rules and the conflist are replaced by a rename in any case.
    [Theory]
    [InlineData("EPERM")]
    [InlineData("EOPNOTSUPP")]
    [InlineData("ENOSYS")]
    [InlineData("EMLINK")]
    public void All_other_records_are_written_without_hard_links(string error)
    {
        using var node = NewNode();
        var configuration = Configurations.With("""{"ipMasq": true, "macspoofchk": true}""");
        var added = Without(RawCall.Of(node, "ADD", configuration), error).Succeed();
        var ported = Configurations.With(
            """{"runtimeConfig": {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}}""");
        (Without(RawCall.Of(node, "ADD", ported), error).WithPrevious(added) with { Plugin = "portmap" }).Succeed();
        node.WriteProgram("/opt/cni/bin/bridge", "#!/bin/sh\n");
        foreach (var command in (string[])["install --with-conf --pod-cidr 10.88.0.0/24 --force", "install", "rollback"])
        {
            node.Run("strace", ["-f", "-qq", "-o", "/dev/null", "-e", $"inject=linkat:error={error}",
                Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), .. command.Split(' ')]).Succeeded();
        }

        Assert.Contains("10-cni-bridge.conflist", node.Files("/etc/cni/net.d"));
        (Without(RawCall.Of(node, "DEL", ported), error).WithPrevious(added) with { Plugin = "portmap" }).Succeed();
        Without(RawCall.Of(node, "DEL", configuration), error).Succeed();
        node.AssertNoResidue("pod");
    }

    static ScratchNode NewNode()
    {
        Requirement.Node("strace");
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        node.AddPod("other");
        return node;
    }
}
