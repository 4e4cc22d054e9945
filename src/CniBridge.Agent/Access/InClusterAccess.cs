using System.Globalization;

namespace CniBridge.Agent.Access;

/// <summary>The access that Kubernetes gives a pod: two environment variables and the files of its service account.</summary>
static class InClusterAccess
{
    internal const string DefaultDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Tells whether the process runs in a pod that has a service account.</summary>
    internal static bool IsAvailable(IReadOnlyDictionary<string, string> environment, string directory = DefaultDirectory) =>
        environment.GetValueOrDefault("KUBERNETES_SERVICE_HOST", "").Length > 0 && File.Exists(Path.Combine(directory, "token"));

    /// <exception cref="AccessException">A variable or a file is missing or has no usable value.</exception>
    internal static ApiAccess Read(IReadOnlyDictionary<string, string> environment, string directory = DefaultDirectory)
    {
        var host = environment.GetValueOrDefault("KUBERNETES_SERVICE_HOST", "");
        var port = environment.GetValueOrDefault("KUBERNETES_SERVICE_PORT", "443");
        var literal = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown || !ushort.TryParse(port, CultureInfo.InvariantCulture, out var number)
            || number == 0 || !Uri.TryCreate($"https://{literal}:{number}", UriKind.Absolute, out var server))
            throw new AccessException($"KUBERNETES_SERVICE_HOST \"{host}\" and KUBERNETES_SERVICE_PORT \"{port}\" are no address");
        var token = Path.Combine(directory, "token");
        return new ApiAccess
        {
            Server = server,
            Authorities = Certificates.LoadAuthorities(Path.Combine(directory, "ca.crt")),
            ReadToken = () => BearerToken.ReadFile(token),
        };
    }
}
