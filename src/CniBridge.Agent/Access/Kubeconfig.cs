using System.Text;
using CniBridge.Linux;

namespace CniBridge.Agent.Access;

/// <summary>
/// A kubeconfig file ("Organizing Cluster Access Using kubeconfig Files"): the cluster and the user of its current context.
/// </summary>
static class Kubeconfig
{
    /// <summary>The longest value in a message.</summary>
    const int MaxShown = 64;

    /// <summary>These keys would run a program, or weaken or redirect the connection.</summary>
    static readonly string[] s_refusedForCluster = ["insecure-skip-tls-verify", "proxy-url"];

    static readonly string[] s_refusedForUser =
        ["exec", "auth-provider", "username", "password", "as", "as-uid", "as-groups", "as-user-extra"];

    /// <summary>Reads a kubeconfig. Relative paths in it start at its own directory.</summary>
    /// <exception cref="AccessException">The file cannot be read, lacks something, or asks for something that is refused.</exception>
    internal static ApiAccess Read(string path)
    {
        var root = YamlMap.Load(path);
        var current = root.GetText("current-context") ?? throw new AccessException($"{path} has no current-context");
        var context = root.GetNamed("contexts", current, "context");
        var cluster = root.GetNamed("clusters", Require(context, "cluster"), "cluster");
        var directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        Refuse(cluster, s_refusedForCluster);
        var access = new ApiAccess
        {
            Server = ReadServer(cluster),
            Authorities = Certificates.ParseAuthorities(ReadPem(cluster, "certificate-authority", directory)
                ?? throw new AccessException($"{cluster.Place} has no certificate-authority"), $"the certificate-authority of {path}"),
            TlsServerName = ReadServerName(cluster),
        };
        return context.GetText("user") is { } user ? WithUser(access, root.GetNamed("users", user, "user"), directory) : access;
    }

    static ApiAccess WithUser(ApiAccess access, YamlMap user, string directory)
    {
        Refuse(user, s_refusedForUser);
        var certificate = ReadPem(user, "client-certificate", directory);
        var key = ReadPem(user, "client-key", directory);
        if (certificate is null != key is null)
            throw new AccessException($"{user.Place} needs both client-certificate and client-key");
        var token = user.GetText("token") is { } text ? BearerToken.Parse(text, $"{user.Place}: token") : null;
        var tokenFile = user.GetText("tokenFile") is { } file ? Path.Combine(directory, file) : null;
        return access with
        {
            ClientCertificate = certificate is null ? null : Certificates.ParseClient(certificate, key!, user.Place),
            // The order of kubectl: a token's file wins over the token that stands beside it.
            ReadToken = tokenFile is not null ? () => BearerToken.ReadFile(tokenFile) : () => token,
        };
    }

    static Uri ReadServer(YamlMap cluster)
    {
        var text = Require(cluster, "server");
        return Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme == Uri.UriSchemeHttps && server.Port > 0
            && server.UserInfo.Length + server.Query.Length + server.Fragment.Length == 0
            ? server
            : throw new AccessException(
                $"{cluster.Place}: server \"{PrintableText.Cut(text, MaxShown)}\" is no https address such as https://192.168.1.10:6443");
    }

    static string? ReadServerName(YamlMap cluster)
    {
        const string key = "tls-server-name";
        if (cluster.GetText(key) is not { } name)
            return null;
        return Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4
            ? name
            : throw new AccessException($"{cluster.Place}: {key} \"{PrintableText.Cut(name, MaxShown)}\" is no host name");
    }

    static string Require(YamlMap map, string key) => map.GetText(key) ?? throw new AccessException($"{map.Place} has no {key}");

    static void Refuse(YamlMap map, string[] keys)
    {
        foreach (var key in keys)
        {
            if (map.Has(key))
                throw new AccessException($"{map.Place}: {key} is not supported; use a client certificate, a token or a tokenFile");
        }
    }

    /// <summary>Returns the PEM text of KEY-data (base64) or of the file that KEY names; null where both are absent.</summary>
    static string? ReadPem(YamlMap map, string key, string directory)
    {
        if (map.GetText($"{key}-data") is not { } data)
            return map.GetText(key) is { } file ? AccessFile.Read(Path.Combine(directory, file), key) : null;
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(data));
        }
        catch (FormatException)
        {
            throw new AccessException($"{map.Place}: {key}-data is not base64");
        }
    }
}
