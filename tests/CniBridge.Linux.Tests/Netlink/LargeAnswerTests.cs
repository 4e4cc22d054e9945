using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;

namespace CniBridge.Linux.Tests.Netlink;

/// <summary>Tests with answers larger than the initial buffer. A pod can cause them.</summary>
[Collection(NamespaceTests.Name)]
public sealed class LargeAnswerTests : IDisposable
{
    readonly ScratchNamespace _scratch = new();
    readonly NetworkNamespace _pod;
    readonly RouteSocket _socket;

    public LargeAnswerTests()
    {
        _pod = _scratch.Open();
        _socket = _pod.Run(() => new RouteSocket());
        _socket.TryCreateVeth(new("veth0", MacAddress.Random()), new("eth0", MacAddress.Random()), null, 0, 0);
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _pod?.Dispose();
        _scratch.Dispose();
    }

    void Ip(params IEnumerable<string> lines)
    {
        var (exitCode, output) = HelperProgram.Run(
            string.Join('\n', lines) + "\n", "nsenter", "--net=" + _scratch.Path, "ip", "-batch", "-");
        Assert.SkipWhen(exitCode is null or 127, "nsenter (util-linux) or ip (iproute2) is not installed");
        Assert.True(exitCode == 0, output);
    }

    // The kernel allows names of 127 bytes, and some 64 KB of them.
    [Theory]
    [InlineData(100)]
    [InlineData(450)]
    public void A_link_with_many_alternative_names_is_found_and_deleted(int count)
    {
        Ip(Enumerable.Range(0, count).Select(number => string.Create(
            CultureInfo.InvariantCulture, $"link property add dev eth0 altname {number:d4}{new string('x', 120)}")));
        var link = _socket.TryGetLink("eth0");
        Assert.Equal("eth0", link?.Name);
        Assert.Equal(link!.Mac, _socket.TryGetLink(link.Index)?.Mac);
        Assert.Equal(["eth0", "veth0"], _socket.ListLinks("veth").Select(one => one.Name).Order());
        _socket.DeleteLink(link.Index, link.Name);
        Assert.Null(_socket.TryGetLink("veth0"));
    }
}
