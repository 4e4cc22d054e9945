using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Probes;

/// <summary>The result of the test of one route to another node.</summary>
/// <param name="Node">The name of the node.</param>
/// <param name="PodCidr">The destination of the route.</param>
/// <param name="NextHop">The next hop, or the preferred address of the node if none is on a link.</param>
/// <param name="Link">The name of the link; empty if the next hop is not on a link.</param>
public sealed record PeerState(string Node, Cidr PodCidr, IpAddress NextHop, string Link)
{
    public bool IsOnLink => Link.Length > 0;

    /// <summary>True if the next hop answers to ARP or neighbour discovery, or to a ping.</summary>
    public bool Answers { get; init; }

    /// <summary>The first address of the pod CIDR, which is the gateway address of the node's pods.</summary>
    public IpAddress PodGateway => PodCidr.Network.Next();

    /// <summary>True if the gateway address answers to a ping. It exists only on a node that has or had pods.</summary>
    public bool PodGatewayAnswers { get; init; }

    /// <summary>The time until the answer of the gateway address, or of the next hop; null without an answer.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>The largest usual size in bytes of a packet that passes without fragmentation; null without an answer.</summary>
    public int? PathMtu { get; init; }

    public bool IsGood => IsOnLink && Answers && PodGatewayAnswers;
}
