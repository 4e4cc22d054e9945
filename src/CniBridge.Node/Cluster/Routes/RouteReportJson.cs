using System.Text.Json;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>The JSON form of routes and problems.</summary>
public static class RouteReportJson
{
    /// <summary>Writes the members of a route into an open object: "destination", and if known "via", "link", "node", "was".</summary>
    public static void WriteMembers(Utf8JsonWriter json, RouteStep step)
    {
        json.WriteString("destination", step.Destination.ToString());
        if (step.Gateway is not null)
            json.WriteString("via", step.Gateway.ToString());
        if (step.Link.Length > 0)
            json.WriteString("link", step.Link);
        if (step.Node is not null)
            json.WriteString("node", step.Node);
        if (step.FormerGateway is not null)
            json.WriteString("was", step.FormerGateway.ToString());
    }

    public static void Write(Utf8JsonWriter json, string key, IReadOnlyList<NodeProblem> problems)
    {
        json.WriteStartArray(key);
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("node", problem.Node);
            json.WriteString("text", problem.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
