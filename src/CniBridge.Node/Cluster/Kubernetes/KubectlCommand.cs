using System.Globalization;
using CniBridge.Linux;
using CniBridge.Linux.Processes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Kubernetes;

/// <summary>The command line of kubectl. cni-bridge has no API client, certificates or tokens of its own.</summary>
/// <param name="program">A path, or a name to search in PATH.</param>
/// <param name="kubeconfig">The value of --kubeconfig; null to use kubectl's own rules, then the kubelet's file.</param>
/// <param name="environment">The environment variables for kubectl.</param>
public sealed class KubectlCommand(string program, string? kubeconfig, IReadOnlyDictionary<string, string> environment)
{
    public const string DefaultProgram = "kubectl";

    /// <summary>The kubeconfig of the kubelet, written by kubeadm.</summary>
    internal const string KubeletConfig = "/etc/kubernetes/kubelet.conf";

    const string ServiceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>Starts kubectl.</summary>
    /// <param name="requestTimeout">The time limit of each request to the API server.</param>
    /// <param name="timeout">The time limit of the process; null for none.</param>
    /// <exception cref="RuntimeException">kubectl was not found, or cannot be executed.</exception>
    internal ChildStream Start(IEnumerable<string> arguments, TimeSpan requestTimeout, TimeSpan? timeout)
    {
        try
        {
            return new ChildStream(
                FindProgram(), [.. arguments, .. ConnectionArguments(requestTimeout, File.Exists)], environment, timeout);
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
        throw new RuntimeException($"{program} was not found in PATH: install it, or give its path with --kubectl");
    }

    internal IEnumerable<string> ConnectionArguments(TimeSpan requestTimeout, Func<string, bool> exists)
    {
        var ownRules = kubeconfig is null && HasKubeconfig(exists);
        // With such an option kubectl ignores the pod's service account and tries localhost.
        if (kubeconfig is null && !ownRules && IsInPod(exists))
            return [];
        var file = kubeconfig ?? (ownRules || !exists(KubeletConfig) ? null : KubeletConfig);
        var timeout = string.Create(CultureInfo.InvariantCulture, $"--request-timeout={(int)requestTimeout.TotalSeconds}s");
        return file is null ? [timeout] : [timeout, $"--kubeconfig={file}"];
    }

    /// <summary>Tells whether kubectl finds a kubeconfig by its own rules: a variable, or a file in HOME.</summary>
    bool HasKubeconfig(Func<string, bool> exists) =>
        environment.GetValueOrDefault("KUBECONFIG", "").Length > 0 ||
        (environment.TryGetValue("HOME", out var home) && exists(Path.Combine(home, ".kube/config")));

    bool IsInPod(Func<string, bool> exists) => environment.ContainsKey("KUBERNETES_SERVICE_HOST") && exists(ServiceAccountToken);

    /// <summary>Returns the reason of a failure: the first line of the errors that is not a log entry, otherwise the exit status.</summary>
    internal static string Describe(string errors, int exitCode)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.Find(lines, static line => !IsLogEntry(line)) ?? lines.FirstOrDefault()
            ?? $"no error message ({new ChildResult(exitCode, [], []).Describe()})";
    }

    /// <summary>Recognizes entries of klog, such as "E0131 12:00:00.000000 …".</summary>
    static bool IsLogEntry(string line) =>
        line.Length > 6 && line[0] is 'E' or 'W' or 'I' or 'F' && line.AsSpan(1, 4).IndexOfAnyExceptInRange('0', '9') < 0 && line[5] == ' ';
}
