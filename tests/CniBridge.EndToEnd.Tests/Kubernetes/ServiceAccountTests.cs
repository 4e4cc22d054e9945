using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>
/// The agent's kubectl finds the API server while nobody makes services work yet: by the address in settings.yaml, with the
/// credentials of its service account.
/// </summary>
public sealed class ServiceAccountTests
{
    const string Account = "/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>What the kubelet sets in every container: the address of a service.</summary>
    static readonly Dictionary<string, string> s_ofServices = new()
    {
        ["KUBERNETES_SERVICE_HOST"] = "10.96.0.1",
        ["KUBERNETES_SERVICE_PORT"] = "443",
    };

    [Fact]
    public void The_API_server_is_reached_without_a_service()
    {
        Requirement.Programs("setpriv");
        using var cluster = new Cluster();
        const string kubeConfig = $"{ScratchNode.Directory}/agent";
        cluster.Node.WriteFile(kubeConfig, cluster.Setting("kubeconfig"));
        var server = new Uri(GetServer(cluster.Node, kubeConfig));
        Assert.Equal("https", server.Scheme);
        Assert.Equal(FakeApiServer.Port, server.Port);
        cluster.Node.Run("ip", "address", "add", $"{server.Host}/32", "dev", "lo").Succeeded();
        using var certificate = NewCertificate(server.Host);
        cluster.Node.WriteFile($"{Account}/ca.crt", certificate.ExportCertificatePem());
        cluster.Node.WriteFile($"{Account}/token", "token-of-the-agent");
        using var secure = new FakeApiServer(cluster.Node, server.Host, certificate);
        secure.Nodes.Put("node1", "192.168.1.11", "10.244.1.0/24");

        // With the agent's one capability, and nowhere to write to.
        var nodes = cluster.Node.Run(
            "setpriv",
            [
                "--bounding-set", "-all,+net_admin", "--inh-caps", "-all", "--no-new-privs", "kubectl", "--kubeconfig", kubeConfig,
                "get", "nodes", "-o", "name", "--request-timeout=5s", "--cache-dir=/proc/none",
            ],
            "",
            s_ofServices).Succeeded();

        Assert.Equal("node/node1\n", nodes.Stdout);
        Assert.Contains(secure.Requests, request => request.Path == "/api/v1/nodes");
        Assert.All(secure.Requests, request => Assert.Equal("Bearer token-of-the-agent", request.Authorization));
    }

    static string GetServer(ScratchNode node, string kubeConfig) => node.Run(
        "kubectl", "--kubeconfig", kubeConfig, "config", "view", "-o", "jsonpath={.clusters[0].cluster.server}").Succeeded().Stdout.Trim();

    static X509Certificate2 NewCertificate(string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
