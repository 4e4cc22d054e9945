using System.Globalization;
using CniBridge.CommandLine;
using CniBridge.Node.Cluster.Probes;

namespace CniBridge.Output;

/// <summary>The results of routes verify as text and as JSON.</summary>
static class PeerOutput
{
    internal static ScreenText Text(IReadOnlyList<PeerState> peers)
    {
        if (peers.Count == 0)
            return new ScreenText().Append($"no other nodes with pods\n");
        var table = new TextTable("NODE", "PODS", "NEXT HOP", "LINK", "ANSWERS", "POD GATEWAY", "TIME", "MTU");
        foreach (var peer in peers)
        {
            table.Add(
                peer.Node, peer.PodCidr.ToString(), peer.NextHop.ToString(), peer.IsOnLink ? peer.Link : "not on a link",
                Word(peer.Answers), peer.PodGatewayAnswers ? "answers" : "no answer",
                peer.RoundTrip is { } time ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.00} ms") : "",
                peer.PathMtu?.ToString(CultureInfo.InvariantCulture) ?? "");
        }
        return table.ToText();
    }

    static string Word(bool value) => value ? "yes" : "no";

    internal static ScreenText Json(IReadOnlyList<PeerState> peers) => JsonOutput.Object(json =>
    {
        json.WriteStartArray("peers");
        foreach (var peer in peers)
        {
            json.WriteStartObject();
            json.WriteString("node", peer.Node);
            json.WriteString("podCidr", peer.PodCidr.ToString());
            json.WriteString("nextHop", peer.NextHop.ToString());
            json.WriteString("link", peer.Link);
            json.WriteBoolean("onLink", peer.IsOnLink);
            json.WriteBoolean("answers", peer.Answers);
            json.WriteString("podGateway", peer.PodGateway.ToString());
            json.WriteBoolean("podGatewayAnswers", peer.PodGatewayAnswers);
            if (peer.RoundTrip is { } time)
                json.WriteNumber("roundTripMicroseconds", (long)time.TotalMicroseconds);
            if (peer.PathMtu is { } mtu)
                json.WriteNumber("pathMtu", mtu);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
