using System.CommandLine;
using CniBridge.Plugins.Inspection;

namespace CniBridge.CommandLine;

/// <summary>The options that several commands have, each with one name, one default and one sentence.</summary>
static class SharedOptions
{
    internal const string DefaultConfDir = "/etc/cni/net.d", DefaultBinDir = "/opt/cni/bin";

    /// <summary>Creates --conf-dir.</summary>
    /// <param name="description">What the command reads there.</param>
    internal static Option<string> ConfDir(string description = "Directory of network configurations.") => new("--conf-dir")
    {
        Description = description,
        DefaultValueFactory = _ => DefaultConfDir,
    };

    /// <summary>Creates --bin-dir.</summary>
    /// <param name="description">What the directory is for.</param>
    /// <param name="findDefault">Returns the default; null for the directory that container runtimes use.</param>
    internal static Option<string> BinDir(string description = "Plugin directory.", Func<string?>? findDefault = null) => new("--bin-dir")
    {
        Description = description,
        DefaultValueFactory = _ => findDefault?.Invoke() ?? DefaultBinDir,
    };

    /// <summary>Creates --state-dir.</summary>
    internal static Option<string> StateDir(string description) => new("--state-dir")
    {
        Description = description,
        DefaultValueFactory = _ => ReservationInventory.DefaultStateDirectory,
    };

    /// <summary>Creates --service-cidr, which can be given several times.</summary>
    /// <param name="description">What the command uses it for; null: for the check of overlaps.</param>
    internal static Option<string[]> ServiceCidrs(string? description = null) => new("--service-cidr")
    {
        Description = description ?? "The cluster's service CIDR. Pod CIDRs must not overlap it.",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Creates --cluster-cidr, which can be given several times.</summary>
    internal static Option<string[]> ClusterCidrs(string description) => new("--cluster-cidr")
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Creates --node-name.</summary>
    /// <param name="description">The sentence before the default; null: only the name.</param>
    internal static Option<string?> NodeName(string? description = null) => new("--node-name")
    {
        Description = $"{description ?? "This node's name."} [default: $NODE_NAME, else the host name]",
    };

    /// <summary>Creates --dry-run.</summary>
    /// <param name="description">What the command prints in place of a change.</param>
    internal static Option<bool> DryRun(string description) => new("--dry-run") { Description = description };

    /// <summary>Creates --force.</summary>
    /// <param name="description">The check that the option skips.</param>
    internal static Option<bool> Force(string description) => new("--force") { Description = description };
}
