using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster;

namespace CniBridge.Node.Inspection;

/// <summary>What <see cref="Doctor"/> looks at.</summary>
public sealed class DoctorOptions
{
    /// <summary>The path of this program.</summary>
    public required string Program { get; init; }

    /// <summary>Names of links to the program that are plugins.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    public required string ConfigurationDirectory { get; init; }
    public required string PluginDirectory { get; init; }

    /// <summary>Null: nothing says what it is.</summary>
    public string? NodeName { get; init; }

    /// <summary>May everything be looked at?</summary>
    public bool IsRoot { get; init; } = true;

    /// <summary>Where the agent keeps the last good table of nodes.</summary>
    public string NodeCachePath { get; init; } = NodeCache.DefaultPath;

    /// <summary>What services have addresses from.</summary>
    public IReadOnlyList<Cidr> ServiceCidrs { get; init; } = [];
}
