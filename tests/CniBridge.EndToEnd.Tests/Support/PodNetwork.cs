namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>The network of most tests: pods on the bridge cni0, with the node as their gateway.</summary>
static class PodNetwork
{
    public const string Bridge = "cni0";

    /// <summary>Creates a pod and returns its attachment by the plugins of a directory.</summary>
    public static PluginCall Pod(this Node node, string name, string pluginDirectory, params string[] subnets) =>
        new()
        {
            Node = node,
            PluginDirectory = pluginDirectory,
            Configuration = Configuration(subnets),
            ContainerId = $"container-{name}",
            NetworkNamespace = node.AddPod(name),
        };

    /// <summary>Returns the address with a number in a subnet written like 10.88.0.0/24 or fd00:88::/64.</summary>
    public static string Address(string subnet, int number) =>
        IsIpv6(subnet)
            ? subnet[..subnet.IndexOf('/', StringComparison.Ordinal)] + number
            : subnet.Replace(".0/24", $".{number}", StringComparison.Ordinal);

    /// <summary>Returns the same address with the prefix length of the subnet.</summary>
    public static string AddressInSubnet(string subnet, int number) =>
        Address(subnet, number) + subnet[subnet.IndexOf('/', StringComparison.Ordinal)..];

    public static bool IsIpv6(string text) => text.Contains(':', StringComparison.Ordinal);

    static string Configuration(string[] subnets)
    {
        var ranges = string.Join(',', subnets.Select(subnet => $$"""[{"subnet": "{{subnet}}"}]"""));
        return $$"""
            {
              "cniVersion": "1.0.0", "name": "podnet", "type": "bridge", "bridge": "{{Bridge}}",
              "isGateway": true, "isDefaultGateway": true,
              "ipam": {"type": "host-local", "ranges": [{{ranges}}]}
            }
            """;
    }
}
