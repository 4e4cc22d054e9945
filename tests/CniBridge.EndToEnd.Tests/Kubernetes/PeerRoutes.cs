using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>The IPv4 routes to the pods of other nodes, as ip shows them.</summary>
static class PeerRoutes
{
    /// <summary>Returns each route of cni-bridge's protocol as "DESTINATION via NEXT-HOP", sorted.</summary>
    public static List<string> Of(ScratchNode node) =>
        [.. node.IpJson("route", "show", "proto", "67").EnumerateArray().Select(Describe).Order(StringComparer.Ordinal)];

    static string Describe(JsonElement route) => $"{route.GetProperty("dst").GetString()} via {route.GetProperty("gateway").GetString()}";
}
