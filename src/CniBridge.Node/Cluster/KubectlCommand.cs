using System.Globalization;
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
    /// <param name="requestTimeout">Of each request to the API.</param>
    /// <param name="timeout">For all of its life; null: as long as it likes.</param>
    /// <exception cref="RuntimeException">It is not there, or cannot be run.</exception>
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
        throw new RuntimeException($"there is no {program} in PATH: install it, or name it with --kubectl");
    }

    internal IEnumerable<string> ConnectionArguments(TimeSpan requestTimeout, Func<string, bool> exists)
    {
        var ownRules = kubeconfig is null && HasKubeconfig(exists);
        // With any such option kubectl looks for the API on localhost instead of where a pod's account finds it.
        if (kubeconfig is null && !ownRules && IsInPod(exists))
            return [];
        var file = kubeconfig ?? (ownRules || !exists(KubeletConfig) ? null : KubeletConfig);
        var timeout = string.Create(CultureInfo.InvariantCulture, $"--request-timeout={(int)requestTimeout.TotalSeconds}s");
        return file is null ? [timeout] : [timeout, $"--kubeconfig={file}"];
    }

    /// <summary>By kubectl's own rules: a variable, or a file of the user.</summary>
    bool HasKubeconfig(Func<string, bool> exists) =>
        environment.GetValueOrDefault("KUBECONFIG", "").Length > 0 ||
        (environment.TryGetValue("HOME", out var home) && exists(Path.Combine(home, ".kube/config")));

    bool IsInPod(Func<string, bool> exists) => environment.ContainsKey("KUBERNETES_SERVICE_HOST") && exists(ServiceAccountToken);

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
