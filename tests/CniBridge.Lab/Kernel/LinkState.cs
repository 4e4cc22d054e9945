using System.Text.Json;

namespace CniBridge.Lab.Kernel;

/// <summary>A link in the output of ip -j -d address.</summary>
/// <param name="Kind">bridge, veth, …; empty for the loopback.</param>
/// <param name="PeerIndex">The index of the veth peer in its namespace; 0 for no peer.</param>
/// <param name="PeerNamespace">The ID of the peer's namespace in this namespace; -1 if the peer is in this one.</param>
sealed record LinkState(
    int Index, string Name, string Kind, string Master, int PeerIndex, int PeerNamespace, IReadOnlyList<string> Addresses)
{
    public static LinkState Of(JsonElement link) => new(
        link.GetProperty("ifindex").GetInt32(),
        link.GetProperty("ifname").GetString()!,
        link.TryGetProperty("linkinfo", out var info) ? Text(info, "info_kind") : "",
        Text(link, "master"),
        Number(link, "link_index", 0),
        Number(link, "link_netnsid", -1),
        [.. link.GetProperty("addr_info").EnumerateArray().Where(address => Text(address, "scope") == "global")
            .Select(address => $"{Text(address, "local")}/{address.GetProperty("prefixlen")}")]);

    public override string ToString() => $"{Name} {string.Join(' ', Addresses)}".TrimEnd();

    static string Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.GetString()! : "";

    static int Number(JsonElement item, string name, int absent) =>
        item.TryGetProperty(name, out var value) ? value.GetInt32() : absent;
}
