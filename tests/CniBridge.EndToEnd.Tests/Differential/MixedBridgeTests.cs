using System.Globalization;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Tests of Go's bridge plugin and ours on one node: each checks and deletes attachments of the other.</summary>
public sealed class MixedBridgeTests
{
    const int ManyPods = 50;

    static readonly string DualStack = Config.Gateway($"\"ranges\": [{Config.Ipv4}, {Config.Ipv6}]");

    public static TheoryData<bool, string> Networks
    {
        get
        {
            const string Ipam = "\"ipam\": {\"type\": \"host-local\", \"subnet\": \"10.88.0.0/24\"}";
            string[] configurations =
            [
                DualStack,
                Config.Gateway("0.4.0", $"\"ranges\": [{Config.Ipv6}]"),
                Config.Bridge(Ipam),
                Config.Bridge($"\"isGateway\": true, \"mtu\": 1400, \"hairpinMode\": true, {Ipam}"),
                Config.Bridge($"\"isGateway\": true, \"promiscMode\": true, {Ipam}"),
            ];
            var data = new TheoryData<bool, string>();
            foreach (var configuration in configurations)
            {
                data.Add(true, configuration);
                data.Add(false, configuration);
            }

            return data;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fifty_pods_of_one_plugin_are_deleted_by_the_other_without_a_trace(bool addedByGo)
    {
        using var node = MixedNode.Make();
        var attached = new List<(PluginCall Call, JsonElement Result)>();
        for (var number = 0; number < ManyPods; number++)
        {
            var call = node.Attachment(addedByGo, DualStack, string.Create(CultureInfo.InvariantCulture, $"p{number}"));
            attached.Add((call, call.Add().Succeeded().Json));
        }

        Assert.Equal(2 * ManyPods, node.Reservations().Count());
        Assert.Equal(ManyPods, node.PodLinks("cni0").Count());
        Parallel.ForEach(attached, pod =>
        {
            var other = pod.Call with { PluginDirectory = MixedNode.Directory(!addedByGo) };
            other.Check(pod.Result).Succeeded();
            other.Del(pod.Result).Succeeded();
        });

        node.AssertNothingLeft("cni0");
        Assert.Equal(["last_reserved_ip.0", "last_reserved_ip.1"], node.Files().Keys);
        AssertNoRecordOutlives(node);
    }

    /// <summary>Asserts that our next call deletes our records of attachments that the Go plugin deleted.</summary>
    static void AssertNoRecordOutlives(ScratchNode node)
    {
        var call = node.Attachment(isGo: false, DualStack, "later");
        call.Del(call.Add().Succeeded().Json).Succeeded();
        Assert.Equal([".stamp"], Directory.EnumerateFiles(node.FromOutside("/var/lib/cni-bridge/owners"), "*", SearchOption.AllDirectories)
            .Select(Path.GetFileName));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void An_attachment_of_one_plugin_is_checked_and_deleted_by_the_other(bool addedByGo, string configuration)
    {
        using var node = MixedNode.Make();
        var one = node.Attachment(addedByGo, configuration, "pod");
        var other = one with { PluginDirectory = MixedNode.Directory(!addedByGo) };
        var result = one.Add().Succeeded().Json;

        other.Check(result).Succeeded();
        other.Del(result).Succeeded();

        node.AssertNothingLeft("cni0");
        Assert.Equal(["lo"], node.IpJsonInPod("pod", "link", "show").EnumerateArray()
            .Select(link => link.GetProperty("ifname").GetString()));
        one.Del(result).Succeeded();
        Assert.Equal(0, one.Add().ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_other_plugin_releases_the_addresses_of_a_pod_without_a_namespace(bool addedByGo)
    {
        using var node = MixedNode.Make();
        var one = node.Attachment(addedByGo, DualStack, "pod");
        var result = one.Add().Succeeded().Json;

        node.Run("ip", "netns", "delete", "pod").Succeeded();
        (one with { PluginDirectory = MixedNode.Directory(!addedByGo) }).Del(result).Succeeded();

        Assert.Empty(node.Reservations());
    }
}
