using CniBridge.Agent.Access;
using CniBridge.Agent.Tests.Support;

namespace CniBridge.Agent.Tests.Access;

public sealed class KubeconfigTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("kubeconfig").FullName;
    readonly TestAuthority _authority = new();

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _authority.Dispose();
    }

    [Fact]
    public void Relative_files_and_a_token_file_are_found_beside_the_kubeconfig()
    {
        Write("ca.crt", _authority.Pem);
        Write("token", " secret\n");
        var access = Kubeconfig.Read(Write("config", Config("certificate-authority: ca.crt", "tokenFile: token")));

        Assert.Equal(new Uri("https://[fd00::10]:6443"), access.Server);
        Assert.Single(access.Authorities);
        Assert.Equal("secret", access.ReadToken());
        Write("token", "renewed");
        Assert.Equal("renewed", access.ReadToken());
    }

    [Fact]
    public void Data_in_base64_gives_authority_and_client_certificate()
    {
        var (certificate, key) = _authority.CreateClient("kubelet");
        var access = Kubeconfig.Read(Write("config", Config(
            $"certificate-authority-data: {Base64(_authority.Pem)}",
            $"client-certificate-data: {Base64(certificate)}\n    client-key-data: {Base64(key)}")));

        Assert.True(access.ClientCertificate!.HasPrivateKey);
        Assert.Null(access.ReadToken());
    }

    [Theory]
    [InlineData("exec: {command: evil}", "exec is not supported")]
    [InlineData("username: admin", "username")]
    [InlineData("auth-provider: {name: gcp}", "auth-provider")]
    [InlineData("client-certificate-data: AAAA", "client-key")]
    [InlineData("token: [1]", "token is no text")]
    [InlineData("as: system:admin", "as is not supported")]
    public void A_user_that_cannot_be_used_is_named(string user, string expected) =>
        Refuses($"certificate-authority-data: {Base64(_authority.Pem)}", user, expected);

    [Theory]
    [InlineData("insecure-skip-tls-verify: true", "insecure-skip-tls-verify is not supported")]
    [InlineData("proxy-url: http://proxy", "proxy-url is not supported")]
    [InlineData("certificate-authority-data: '!'", "is not base64")]
    [InlineData("certificate-authority-data: AAAA", "contains no certificate")]
    [InlineData("certificate-authority: missing.crt", "cannot read")]
    [InlineData("namespace: x", "has no certificate-authority")]
    public void A_cluster_that_cannot_be_used_is_named(string cluster, string expected) => Refuses(cluster, "token: x", expected);

    [Fact]
    public void Broken_yaml_is_reported_with_its_place()
    {
        var error = Assert.Throws<AccessException>(() => Kubeconfig.Read(Write("config", "a: b: c")));

        Assert.Contains("line ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_context_is_named()
    {
        var error = Assert.Throws<AccessException>(() => Kubeconfig.Read(Write("config", "current-context: other\ncontexts: []")));

        Assert.EndsWith("contexts has no entry \"other\"", error.Message, StringComparison.Ordinal);
    }

    void Refuses(string cluster, string user, string expected)
    {
        var error = Assert.Throws<AccessException>(() => Kubeconfig.Read(Write("config", Config(cluster, user))));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    internal static string Config(string cluster, string user) => $"""
        apiVersion: v1
        kind: Config
        current-context: here
        contexts:
        - name: here
          context: {"{"}cluster: main, user: agent{"}"}
        clusters:
        - name: main
          cluster:
            server: https://[fd00::10]:6443
            {cluster}
        users:
        - name: agent
          user:
            {user}
        """;

    static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
