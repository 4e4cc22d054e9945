using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Doctor;

/// <summary>Tests of the answers of other nodes: routes verify, and the states that routes show, doctor and status tell.</summary>
public sealed class PeerTests
{
    [Fact]
    public void routes_verify_shows_that_all_nodes_answer()
    {
        using var node = new DoctorNode();

        var peers = Verify(node, exitCode: 0);

        Assert.Equal(4, peers.Length);
        Assert.All(peers, peer =>
        {
            Assert.True(peer.GetProperty("onLink").GetBoolean() && peer.GetProperty("answers").GetBoolean(), $"{peer}");
            Assert.True(peer.GetProperty("podGatewayAnswers").GetBoolean(), $"{peer}");
            Assert.Equal(1500, peer.GetProperty("pathMtu").GetInt32());
            Assert.True(peer.GetProperty("roundTripMicroseconds").GetInt64() >= 0);
        });
        var row = node.Run("routes", "verify").Succeeded().Stdout.Split('\n')[1];
        Assert.Matches(@"^node2 +10\.244\.2\.0/24 +192\.168\.1\.12 +eth0 +yes +answers +\d+\.\d\d ms +1500$", row);
    }

    [Fact]
    public void routes_verify_measures_the_path_MTU()
    {
        using var node = new DoctorNode();
        node.Sh("ip -n lan link set node1 mtu 1400");
        Assert.All(Verify(node, exitCode: 0), peer => Assert.Equal(1400, peer.GetProperty("pathMtu").GetInt32()));
    }

    [Theory]
    [InlineData("ip -n lan address del 192.168.1.12/24 dev node1", "192.168.1.12", "10.244.2.0/24")]
    [InlineData("ip -n lan address del fd00:1::13/64 dev node1", "fd00:1::13", "fd00:a3::/64")]
    public void A_next_hop_that_does_not_answer_is_found_by_every_command(string fault, string hop, string range)
    {
        using var node = new DoctorNode();
        Assert.DoesNotContain("no answer", node.Run("routes", "show").Succeeded().Stdout, StringComparison.Ordinal);
        node.Sh(fault + "; ip neigh flush all");

        var peer = Assert.Single(Verify(node, exitCode: 2), peer => !peer.GetProperty("answers").GetBoolean());
        var show = node.Run("routes", "show");
        var finding = Assert.Single(node.Examine());
        var status = node.Run("status");

        Assert.Equal((hop, range), (peer.GetProperty("nextHop").GetString(), peer.GetProperty("podCidr").GetString()));
        Assert.Equal(2, show.ExitCode);
        Assert.Matches($"(?m)^{range} .*no answer$", show.Stdout);
        Assert.Equal("next-hop-silent", finding.GetProperty("id").GetString());
        Assert.Equal(2, status.ExitCode);
        Assert.Contains($"do not answer: {hop}", status.Stdout, StringComparison.Ordinal);
    }

    static JsonElement[] Verify(DoctorNode node, int exitCode)
    {
        var result = node.Run("routes", "verify", "--output", "json");
        Assert.True(result.ExitCode == exitCode, $"{result}");
        return [.. result.Json.GetProperty("peers").EnumerateArray()];
    }
}
