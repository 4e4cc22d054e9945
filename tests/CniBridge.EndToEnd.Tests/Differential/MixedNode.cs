using System.Globalization;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>A node with one store that Go's plugin and ours use alternately.</summary>
static class MixedNode
{
    public const string Store = "/var/lib/cni/networks/podnet";

    public static string Directory(bool isGo) => isGo ? PluginDirectory.Go : PluginDirectory.UnderTest;

    public static ScratchNode Make()
    {
        Requirement.Node();
        Requirement.Ipv6();
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        return new ScratchNode();
    }

    /// <summary>Returns a container for host-local alone, which does not use its namespace.</summary>
    public static PluginCall Container(this ScratchNode node, bool isGo, string ipam, int number) => new()
    {
        Node = node,
        PluginDirectory = Directory(isGo),
        Configuration = Config.HostLocal(ipam),
        ContainerId = string.Create(CultureInfo.InvariantCulture, $"container-{number}"),
        NetworkNamespace = "/some/where",
    };

    /// <summary>Returns the attachment of a pod to a bridge.</summary>
    public static PluginCall Attachment(this ScratchNode node, bool isGo, string configuration, string pod) => new()
    {
        Node = node,
        PluginDirectory = Directory(isGo),
        Configuration = configuration,
        ContainerId = $"container-{pod}",
        NetworkNamespace = node.AddPod(pod),
    };

    /// <summary>Returns the first address of a result without its prefix length.</summary>
    public static string Address(this JsonElement result)
    {
        var address = result.GetProperty("ips")[0].GetProperty("address").GetString()!;
        return address[..address.IndexOf('/', StringComparison.Ordinal)];
    }

    /// <summary>Returns all files of the store except its lock, each with its content.</summary>
    public static SortedDictionary<string, string> Files(this ScratchNode node)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in new DirectoryInfo(node.FromOutside(Store)).EnumerateFiles())
        {
            if (file.Name != "lock")
            {
                files[file.Name] = File.ReadAllText(file.FullName);
            }
        }

        return files;
    }
}
