using System.Text.Json;

namespace CniBridge.Lab.Kernel;

/// <summary>The links and routes of a network namespace, as the kernel lists them.</summary>
/// <param name="Name">The name of the pod; empty for the machine itself.</param>
sealed record NetworkState(string Name, IReadOnlyList<LinkState> Links, IReadOnlyList<string> Routes)
{
    public static NetworkState Of(ScratchNode node, string name = "")
    {
        string[] place = name.Length > 0 ? ["-n", name] : [];
        JsonElement Ask(params string[] arguments) => node.Run("ip", [.. place, "-j", .. arguments]).Succeeded().Json;
        return new NetworkState(
            name,
            [.. Ask("-d", "address").EnumerateArray().Select(LinkState.Of)],
            [.. new[] { "-4", "-6" }.SelectMany(family => Ask(family, "route").EnumerateArray())
                .Where(route => !Text(route, "dst").StartsWith("fe80:", StringComparison.Ordinal)).Select(Line)]);
    }

    public LinkState Find(string name) => Links.Single(link => link.Name == name);

    public IReadOnlyList<LinkState> PortsOf(string bridge) => [.. Links.Where(link => link.Master == bridge)];

    /// <summary>Returns a route in the form of ip without parts that do not affect packets.</summary>
    static string Line(JsonElement route)
    {
        return Text(route, "dst") + Part("via", "gateway") + Part("dev", "dev") + Part("proto", "protocol");

        string Part(string word, string name) => Text(route, name) is { Length: > 0 } value ? $" {word} {value}" : "";
    }

    static string Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.GetString()! : "";
}
