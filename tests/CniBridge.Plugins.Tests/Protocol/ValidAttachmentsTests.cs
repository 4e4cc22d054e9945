using System.Text;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Protocol;

public sealed class ValidAttachmentsTests
{
    static ValidAttachments Parse(string config) => ValidAttachments.Parse(
        CniJson.Decode(Encoding.UTF8.GetBytes(config), GarbageJson.Read, "network config"));

    [Theory]
    [InlineData("""{"cni.dev/valid-attachments":[{"containerID":"a","ifname":"eth0"}]}""")]
    [InlineData("""{"cni.dev/attachments":[{"containerID":"a","ifname":"eth0"}]}""")]
    [InlineData("""{"CNI.dev/Valid-Attachments":[{"ContainerID":"a","IfName":"eth0"},{"containerID":"b","ifname":"eth0"}]}""")]
    // The key of the specification wins over the other one.
    [InlineData("""{"cni.dev/valid-attachments":[{"containerID":"a","ifname":"eth0"}],"cni.dev/attachments":[]}""")]
    public void An_attachment_is_valid_if_container_and_interface_are_in_the_list(string config)
    {
        var valid = Parse(config);
        Assert.True(valid.Contains("a", "eth0"));
        Assert.False(valid.Contains("a", "eth1"));
        Assert.False(valid.Contains("c", "eth0"));
    }

    [Fact]
    public void A_reservation_without_an_interface_is_valid_with_its_container()
    {
        var valid = Parse("""{"cni.dev/valid-attachments":[{"containerID":"a","ifname":"eth0"}]}""");
        Assert.True(valid.Contains("a", ""));
        Assert.False(valid.Contains("b", ""));
    }

    [Fact]
    public void The_list_is_returned_as_attachments_of_the_network() => Assert.Equal(
        [new Attachment("pods", "a", "eth0"), new Attachment("pods", "a", "net1")],
        Parse("""{"cni.dev/valid-attachments":[{"containerID":"a","ifname":"eth0"},{"containerID":"a","ifname":"net1"}]}""").List("pods"));

    // libcni encodes a nil slice of Go as null. CRI-O sends it when no pod is alive.
    [Theory]
    [InlineData("""{"cni.dev/valid-attachments":[]}""")]
    [InlineData("""{"cni.dev/valid-attachments":null}""")]
    [InlineData("""{"CNI.DEV/valid-attachments":null}""")]
    [InlineData("""{"cni.dev/attachments":null}""")]
    [InlineData("""{"cni.dev/valid-attachments":null,"cni.dev/attachments":null}""")]
    [InlineData("""{"cni.dev/valid-attachments":null,"cni.dev/attachments":[{"containerID":"a","ifname":"eth0"}]}""")]
    public void An_empty_list_or_null_means_that_no_attachment_is_valid(string config) =>
        Assert.False(Parse(config).Contains("a", "eth0"));

    // If a missing list counted as empty, GC would delete everything.
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"valid-attachments":[]}""")]
    public void A_missing_list_is_refused(string config) =>
        Requests.AssertRefused(CniErrorCode.InvalidConfig, () => Parse(config), "cni.dev/valid-attachments");

    [Theory]
    [InlineData("""{"cni.dev/valid-attachments":[null]}""", CniErrorCode.InvalidConfig)]
    [InlineData("""{"cni.dev/valid-attachments":{}}""", CniErrorCode.DecodingFailure)]
    [InlineData("""{"cni.dev/valid-attachments":[{"containerID":5}]}""", CniErrorCode.DecodingFailure)]
    public void A_list_that_cannot_be_read_is_refused(string config, int code) =>
        Requests.AssertRefused(code, () => Parse(config), "cni.dev/valid-attachments");
}
