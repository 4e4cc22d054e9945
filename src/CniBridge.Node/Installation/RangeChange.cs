using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Installation;

/// <summary>
/// A new network configuration and the running pods. A pod keeps its address when the range changes, but the next ADD may replace the
/// gateway address of the pod.
/// </summary>
public static class RangeChange
{
    /// <summary>The most pods that the error names.</summary>
    const int MaxPods = 10;

    /// <summary>Refuses a configuration if running pods of its networks have addresses outside of its subnets.</summary>
    /// <param name="conflist">The text of the configuration.</param>
    /// <exception cref="RuntimeException">There are such pods. The message names them.</exception>
    public static void RefuseUnderPods(string conflist)
    {
        var pods = PodInterfaces.List();
        var origins = PodRecords.ReadOrigins();
        var outside = new List<string>();
        foreach (var (_, network) in NetworkFile.From(NetworkList.Parse(Encoding.UTF8.GetBytes(conflist)), ""))
        {
            foreach (var pod in pods.Where(pod => pod.Attachment?.Network == network.Name))
            {
                if (FindOutside(pod, network.Subnets) is not { } address)
                    continue;
                var name = origins.GetValueOrDefault(pod.Attachment!)?.Pod;
                outside.Add($"{(string.IsNullOrEmpty(name) ? pod.Name : name)} ({address})");
            }
        }
        if (outside.Count > 0)
        {
            throw new RuntimeException(
                $"running pods have addresses outside of the new pod CIDRs: {string.Join(", ", outside.Take(MaxPods))}" +
                $"{(outside.Count > MaxPods ? ", …" : "")}; drain the node first, or use --force to change the pod CIDRs under them");
        }
    }

    /// <summary>
    /// Returns an address of the pod outside of the subnets; null if there is none, or if another IPAM plugin chooses the addresses.
    /// </summary>
    static IpAddress? FindOutside(PodInterface pod, IReadOnlyList<Cidr> subnets) => subnets.Count == 0
        ? null
        : pod.Addresses.Select(cidr => cidr.Address).FirstOrDefault(address => !subnets.Any(subnet => subnet.Contains(address)));
}
