using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Node.Inspection.Examinations;

/// <summary>The settings of <see cref="Doctor"/>.</summary>
public sealed class DoctorOptions
{
    /// <summary>The path of the running cni-bridge binary, for the suggested commands.</summary>
    public required string Program { get; init; }

    /// <summary>The names of the plugins that cni-bridge provides.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    public required string ConfigurationDirectory { get; init; }
    public required string PluginDirectory { get; init; }

    /// <summary>The name of this node; null if unknown.</summary>
    public string? NodeName { get; init; }

    /// <summary>False to skip the checks that only root can do.</summary>
    public bool IsRoot { get; init; } = true;

    /// <summary>The file in which the agent keeps the last valid node table.</summary>
    public string NodeCachePath { get; init; } = NodeCache.DefaultPath;

    /// <summary>The service CIDRs of the cluster; empty if unknown.</summary>
    public IReadOnlyList<Cidr> ServiceCidrs { get; init; } = [];
}
