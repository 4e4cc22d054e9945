using System.Globalization;
using System.Text.Json;
using CniBridge.CommandLine;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Output;

/// <summary>The bridges, pods and routes of a node as a tree and as JSON.</summary>
static class NodeOutput
{
    internal static ScreenText Tree(NodeSnapshot node)
    {
        var text = new ScreenText().Append($"{Paint.Bold(node.Name)}\n");
        var blocks = new List<List<ScreenText>>();
        foreach (var bridge in node.Bridges)
            blocks.Add(Block(bridge));
        if (node.Routes.Count > 0)
            blocks.Add([Paint.Bold("routes to other nodes"), .. node.Routes.Select(route => (ScreenText)TextOf(route))]);
        if (blocks.Count == 0)
            blocks.Add(["no pod bridge"]);
        if (node.LostRules is { Count: > 0 } lost)
            blocks.Add([Paint.Bad("missing rules (restore them with cni-bridge repair)"), .. lost.Select(rule => (ScreenText)rule)]);
        else if (node.Bridges.Count > 0)
            blocks.Add([node.LostRules is null ? "rules: not checked" : "rules: complete"]);
        for (var i = 0; i < blocks.Count; i++)
            Append(text, blocks[i], isLast: i == blocks.Count - 1);
        return text;
    }

    /// <summary>Appends a branch of the tree: the first line is its title, and the others are indented below it.</summary>
    static void Append(ScreenText text, List<ScreenText> block, bool isLast)
    {
        text.Append($"{(isLast ? "└─ " : "├─ ")}{block[0]}\n");
        foreach (var line in block[1..])
            text.Append($"{(isLast ? "   " : "│  ")}{line}\n");
    }

    static List<ScreenText> Block(BridgeSnapshot bridge)
    {
        var link = bridge.Link;
        ScreenText ports = $"{bridge.PortCount} of {BridgeSnapshot.MaxPorts} ports";
        List<ScreenText> lines =
        [
            $"{Paint.Bold(link.Name)}  {Join(bridge.Addresses)}  {link.Mac}  mtu {link.Mtu}  {UpOf(link)}  {ports}",
        ];
        foreach (var pod in bridge.Pods)
            lines.AddRange(Block(pod));
        if (bridge.OtherPorts.Count > 0)
            lines.Add($"other ports: {string.Join(' ', bridge.OtherPorts)}");
        return lines;
    }

    static List<ScreenText> Block(PodSnapshot pod)
    {
        var one = pod.Interface;
        var mac = one.Inside is { } inside ? $" {inside.Mac}" : "";
        var more = new List<string>();
        if (one.Attachment is { } attachment)
            more.Add($"{attachment.Network} {IpamOutput.Short(attachment.ContainerId)}");
        else
            more.Add("created by another plugin");
        if (pod.Netns.Length > 0)
            more.Add(pod.Netns);
        if (pod.Origin is { } origin)
            more.Add($"age {RelativeTime.AgeOf(origin.Since)}");
        more.AddRange(pod.Ports.Select(TextOf));
        return
        [
            $"{Paint.Bold(IpamOutput.Short(pod.Name))}  {Join(one.Addresses)}  {NameOf(one)}{mac}  ({one.Host.Name} {UpOf(one.Host)})",
            $"   {Paint.Faint(string.Join("  ", more))}",
        ];
    }

    static string NameOf(PodInterface pod) => pod.Inside?.Name ?? pod.Attachment?.InterfaceName ?? "";

    static ScreenText UpOf(Link link) => link.IsUp ? "up" : Paint.Bad("down");

    static ScreenText Join(IReadOnlyList<Cidr> addresses) =>
        addresses.Count == 0 ? Paint.Warning("no address") : string.Join(' ', addresses);

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    internal static string TextOf(HostPort port) =>
        $"{(port.Address.Length == 0 ? "" : port.Address + ":")}{Text(port.Port)}/{port.Protocol} → {Text(port.ContainerPort)}";

    static string TextOf(PeerRoute route) =>
        route.Destination.ToString() +
        (route.Gateway is null ? "" : $" via {route.Gateway}") +
        (route.Link.Length == 0 ? "" : $" dev {route.Link}");

    internal static ScreenText Details(IReadOnlyList<(BridgeSnapshot Bridge, PodSnapshot Pod)> found)
    {
        var text = new ScreenText();
        foreach (var (bridge, pod) in found)
        {
            if (!text.IsEmpty)
                text.Append('\n');
            var one = pod.Interface;
            Append("pod", pod.Origin?.Pod ?? "");
            Append("network", one.Attachment?.Network ?? "");
            Append("container", one.Attachment?.ContainerId ?? "");
            Append("interface", NameOf(one));
            foreach (var address in one.Addresses)
                Append("address", address.ToString());
            Append("mac", one.Inside?.Mac.ToString() ?? "");
            Append("mtu", one.Inside is { } inside ? Text(inside.Mtu) : "");
            Append("state", one.Inside is null ? "" : UpOf(one.Inside));
            foreach (var route in one.Routes)
                Append("route", TextOf(route));
            Append("truncated", one.IsTruncated
                ? $"only the first {Text(PodInterfaces.MaxOfEach)} addresses, and routes of each family, are shown"
                : "");
            foreach (var port in pod.Ports)
                Append("host port", TextOf(port));
            Append("bridge", bridge.Link.Name);
            Append("host link", $"{one.Host.Name} ({UpOf(one.Host)})");
            Append("namespace", pod.Netns);
            Append("since", RelativeTime.AbsoluteWithAge(pod.Origin?.Since));
        }
        return text;

        void Append(string name, ScreenText value)
        {
            if (!value.IsEmpty)
                text.Append($"{name.PadRight(11)}{value}\n");
        }
    }

    static string TextOf(RouteEntry route) =>
        (route.Destination.IsDefault ? "default" : route.Destination.ToString()) +
        (route.Gateways is [var gateway, ..] ? $" via {gateway}" : "");

    internal static ScreenText Json(NodeSnapshot node) => JsonOutput.Object(json =>
    {
        json.WriteString("node", node.Name);
        json.WriteStartArray("bridges");
        foreach (var bridge in node.Bridges)
            Write(json, bridge);
        json.WriteEndArray();
        json.WriteStartArray("routes");
        foreach (var route in node.Routes)
        {
            json.WriteStartObject();
            json.WriteString("destination", route.Destination.ToString());
            json.WriteOptional("via", route.Gateway?.ToString());
            json.WriteOptional("link", route.Link);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (node.LostRules is { } lost)
            json.WriteStrings("lostRules", lost);
    });

    static void Write(Utf8JsonWriter json, BridgeSnapshot bridge)
    {
        json.WriteStartObject();
        json.WriteString("name", bridge.Link.Name);
        json.WriteString("mac", bridge.Link.Mac.ToString());
        json.WriteNumber("mtu", bridge.Link.Mtu);
        json.WriteBoolean("up", bridge.Link.IsUp);
        json.WriteStrings("addresses", bridge.Addresses.Select(address => address.ToString()));
        json.WriteNumber("ports", bridge.PortCount);
        json.WriteNumber("maxPorts", BridgeSnapshot.MaxPorts);
        json.WriteStrings("otherPorts", bridge.OtherPorts);
        json.WriteStartArray("pods");
        foreach (var pod in bridge.Pods)
            Write(json, bridge, pod);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, BridgeSnapshot bridge, PodSnapshot pod)
    {
        var one = pod.Interface;
        json.WriteStartObject();
        json.WriteOptional("pod", pod.Origin?.Pod);
        json.WriteOptional("network", one.Attachment?.Network);
        json.WriteOptional("containerId", one.Attachment?.ContainerId);
        json.WriteOptional("interface", NameOf(one));
        json.WriteStrings("addresses", one.Addresses.Select(address => address.ToString()));
        json.WriteOptional("mac", one.Inside?.Mac.ToString());
        if (one.Inside is { } inside)
        {
            json.WriteNumber("mtu", inside.Mtu);
            json.WriteBoolean("up", inside.IsUp);
        }
        json.WriteString("bridge", bridge.Link.Name);
        json.WriteString("hostLink", one.Host.Name);
        json.WriteBoolean("hostLinkUp", one.Host.IsUp);
        json.WriteOptional("netns", pod.Netns);
        if (pod.Origin is { } origin)
            json.WriteString("since", origin.Since.UtcDateTime);
        json.WriteStrings("routes", one.Routes.Select(TextOf));
        if (one.IsTruncated)
            json.WriteBoolean("truncated", true);
        json.WriteStartArray("hostPorts");
        foreach (var port in pod.Ports)
            Write(json, port);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, HostPort port)
    {
        json.WriteStartObject();
        json.WriteString("protocol", port.Protocol);
        json.WriteNumber("hostPort", port.Port);
        json.WriteNumber("containerPort", port.ContainerPort);
        json.WriteOptional("hostIP", port.Address);
        json.WriteEndObject();
    }

    internal static ScreenText Json(IReadOnlyList<(BridgeSnapshot Bridge, PodSnapshot Pod)> found) => JsonOutput.Object(json =>
    {
        json.WriteStartArray("pods");
        foreach (var (bridge, pod) in found)
            Write(json, bridge, pod);
        json.WriteEndArray();
    });
}
