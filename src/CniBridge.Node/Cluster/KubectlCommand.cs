using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>How kubectl is called: we have no client of the API, no certificates and no tokens of our own.</summary>
/// <param name="program">A path, or a name that is looked for in PATH.</param>
/// <param name="kubeconfig">Null: kubectl's own rules, and after those the kubelet's.</param>
/// <param name="environment">Of our own process.</param>
public sealed class KubectlCommand(string program, string? kubeconfig, IReadOnlyDictionary<string, string> environment)
{
    public const string DefaultProgram = "kubectl";

    /// <summary>What the kubelet reaches the API with; written by kubeadm.</summary>
    internal const string KubeletConfig = "/etc/kubernetes/kubelet.conf";

    const string ServiceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>Starts kubectl.</summary>
    /// <param name="timeout">For all of its life; null: as long as it likes.</param>
    /// <exception cref="RuntimeException">It is not there, or cannot be run.</exception>
    internal ChildStream Start(IEnumerable<string> arguments, TimeSpan? timeout)
    {
        try
        {
            return new ChildStream(FindProgram(), [.. arguments, .. KubeconfigArguments(File.Exists)], environment, timeout);
        }
        catch (KernelException e)
        {
            throw new RuntimeException(e.Message);
        }
    }

    string FindProgram()
    {
        if (program.Contains('/', StringComparison.Ordinal))
            return program;
        foreach (var directory in environment.GetValueOrDefault("PATH", "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = Path.Combine(directory, program);
            if (File.Exists(path))
                return path;
        }
        throw new RuntimeException($"there is no {program} in PATH: install it, or name it with --kubectl");
    }

    internal IEnumerable<string> KubeconfigArguments(Func<string, bool> exists)
    {
        var file = kubeconfig ?? (KnowsCluster(exists) || !exists(KubeletConfig) ? null : KubeletConfig);
        return file is null ? [] : [$"--kubeconfig={file}"];
    }

    /// <summary>Does kubectl find a cluster by its own rules: a variable, a file of the user, the account of a pod?</summary>
    bool KnowsCluster(Func<string, bool> exists) =>
        environment.GetValueOrDefault("KUBECONFIG", "").Length > 0 ||
        (environment.TryGetValue("HOME", out var home) && exists(Path.Combine(home, ".kube/config"))) ||
        (environment.ContainsKey("KUBERNETES_SERVICE_HOST") && exists(ServiceAccountToken));

    /// <summary>What a failed call said: its first line that is no entry of a log, or how it ended.</summary>
    internal static string Describe(string errors, int exitCode)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.Find(lines, static line => !IsLogEntry(line)) ?? lines.FirstOrDefault()
            ?? $"it said nothing ({new ChildResult(exitCode, [], []).Describe()})";
    }

    /// <summary>klog's: E0131 12:00:00.000000 …</summary>
    static bool IsLogEntry(string line) =>
        line.Length > 6 && line[0] is 'E' or 'W' or 'I' or 'F' && line.AsSpan(1, 4).IndexOfAnyExceptInRange('0', '9') < 0 && line[5] == ' ';
}
