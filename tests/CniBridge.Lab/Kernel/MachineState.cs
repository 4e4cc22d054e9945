namespace CniBridge.Lab.Kernel;

/// <summary>The network of a machine and those of its named namespaces.</summary>
sealed class MachineState(ScratchNode node)
{
    /// <summary>The names of the namespaces by the numbers that the machine's namespace has for them.</summary>
    readonly Dictionary<int, string> names = node.Run("ip", "-j", "netns", "list").Succeeded().Json.EnumerateArray()
        .Where(item => item.TryGetProperty("id", out _))
        .ToDictionary(item => item.GetProperty("id").GetInt32(), item => item.GetProperty("name").GetString()!);

    public NetworkState Own { get; } = NetworkState.Of(node);

    /// <summary>Returns the pod at the other end of a port, and its link. Null if that is no named pod.</summary>
    public (NetworkState Pod, LinkState Link)? FindPeer(LinkState port)
    {
        if (!names.TryGetValue(port.PeerNamespace, out var name))
            return null;
        var pod = NetworkState.Of(node, name);
        return (pod, pod.Links.Single(link => link.Index == port.PeerIndex));
    }
}
