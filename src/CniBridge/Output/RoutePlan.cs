using System.Globalization;
using System.Text;
using CniBridge.CommandLine;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Output;

/// <summary>Wanted routes as commands or configuration for ip, FRR or BIRD, and as JSON.</summary>
/// <param name="isRouter">True for a router. Only routes of a node carry our protocol number, which marks them as ours.</param>
sealed class RoutePlan(IReadOnlyList<WantedRoute> routes, bool isRouter)
{
    internal const string Ip = "ip", Frr = "frr", Bird = "bird", Json = "json";

    internal ScreenText Format(string format) => format switch
    {
        Frr => ScreenText.Document(Lines(FrrLine)),
        Bird => ScreenText.Document(BirdProtocol(AddressFamily.IPv4) + BirdProtocol(AddressFamily.IPv6)),
        Json => JsonOutput.Object(json =>
        {
            json.WriteStartArray("routes");
            foreach (var route in routes)
            {
                json.WriteStartObject();
                json.WriteString("destination", route.Destination.ToString());
                json.WriteString("via", route.NextHop.ToString());
                json.WriteString("node", route.Node);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }),
        _ => ScreenText.Document(Lines(IpLine)),
    };

    string IpLine(WantedRoute route)
    {
        var family = route.Destination.Address.IsV6 ? " -6" : "";
        var protocol = isRouter ? "" : $" proto {ClusterRoute.Protocol.ToString(CultureInfo.InvariantCulture)}";
        return $"ip{family} route replace {route.Destination} via {route.NextHop}{protocol}";
    }

    static string FrrLine(WantedRoute route) =>
        $"{(route.Destination.Address.IsV6 ? "ipv6" : "ip")} route {route.Destination} {route.NextHop}";

    string BirdProtocol(AddressFamily family)
    {
        var name = family.IsV6 ? "ipv6" : "ipv4";
        var lines = Lines(
            route => $"  route {route.Destination} via {route.NextHop};", route => route.Destination.Address.Family == family);
        return lines.Length == 0 ? "" : $"protocol static pods_{name} {{\n  {name};\n{lines}}}\n";
    }

    string Lines(Func<WantedRoute, string> line, Func<WantedRoute, bool>? condition = null)
    {
        var text = new StringBuilder();
        foreach (var route in routes)
        {
            if (condition?.Invoke(route) != false)
                text.Append(line(route)).Append('\n');
        }
        return text.ToString();
    }
}
