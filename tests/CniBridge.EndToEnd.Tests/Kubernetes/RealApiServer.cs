using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Kubernetes.Fakes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>
/// The API server of Kubernetes with etcd in a node with the address 192.168.1.11. It authorizes by RBAC, and its audit log contains the
/// requests of each user.
/// </summary>
sealed class RealApiServer : IDisposable
{
    const string Directory = $"{ScratchNode.Directory}/api", AuditLog = $"{Directory}/audit.log";
    const string Url = "https://192.168.1.11:6443", AdministratorToken = "administrator", AgentToken = "agent";

    /// <summary>The kubeconfig of an administrator.</summary>
    public const string AdministratorConfig = $"{Directory}/admin.kubeconfig";

    /// <summary>The kubeconfig of the agent's service account.</summary>
    public const string AgentConfig = $"{Directory}/agent.kubeconfig";

    public const string AgentUser = "system:serviceaccount:kube-system:cni-bridge";

    /// <summary>
    /// The script with the arguments NUMBER FIRST VERB, which sends one request for each of some nodes. create: with a pod CIDR and an
    /// address, both with the number of the node. beat: reports a healthy node, as a kubelet does. unavailable: reports a node without
    /// a network, as a cloud controller does.
    /// </summary>
    const string NodesProgram = """
        import datetime, http.client, json, ssl, sys
        count, first, verb = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
        server = http.client.HTTPSConnection("192.168.1.11", 6443, context=ssl._create_unverified_context())
        headers = {"Authorization": "Bearer administrator", "Content-Type": "application/json"}
        def send(method, path, body, kind="application/json"):
            server.request(method, path, json.dumps(body), headers | {"Content-Type": kind})
            answer = server.getresponse()
            text = answer.read()
            if answer.status >= 300:
                sys.exit(f"{method} {path}: {answer.status} {text}")
        for number in range(first, first + count):
            name, low, high = f"node{number}", number % 200, number // 200
            if verb == "create":
                ranges = [f"10.{100 + high}.{low}.0/24"]
                send("POST", "/api/v1/nodes", {"kind": "Node", "apiVersion": "v1", "metadata": {"name": name},
                     "spec": {"podCIDR": ranges[0], "podCIDRs": ranges}})
                status = {"addresses": [{"type": "InternalIP", "address": f"192.168.{high + 1}.{low + 10}"}]}
            elif verb == "unavailable":
                status = {"conditions": [{"type": "NetworkUnavailable", "status": "True", "reason": "NoRouteCreated"}]}
            else:
                now = datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ")
                status = {"conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": now}]}
            send("PATCH", f"/api/v1/nodes/{name}/status", {"status": status}, "application/strategic-merge-patch+json")
        """;

    RunningProcess? _etcd, _server;

    public RealApiServer()
    {
        Requirement.Node("etcd", "kubectl", "python3");
        var program = Path.Combine(PluginDirectory.RepositoryRoot, "artifacts/kube-machine/kube-apiserver");
        Assert.SkipUnless(File.Exists(program), "there is no API server of Kubernetes: scripts/kube-machine builds it");
        Node = new ScratchNode("node1");
        try
        {
            Program = program;
            Prepare();
            _etcd = Node.Start("etcd",
            [
                "--data-dir", $"{Directory}/etcd", "--listen-client-urls", "http://127.0.0.1:2379",
                "--advertise-client-urls", "http://127.0.0.1:2379", "--listen-peer-urls", "http://127.0.0.1:2380",
            ]);
            Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ScratchNode Node { get; }

    string Program { get; } = "";

    void Prepare()
    {
        Cluster.AddLan(Node);
        // The addresses of many nodes are on the link.
        Node.Run("ip", "address", "replace", "192.168.1.11/16", "dev", "eth0").Succeeded();
        Node.Run("ip", "address", "delete", "192.168.1.11/24", "dev", "eth0");
        using var certificate = FakeAuthority.Create("192.168.1.11");
        using var key = certificate.GetECDsaPrivateKey()!;
        using var accounts = RSA.Create(2048);
        Node.WriteFile($"{Directory}/tls.crt", certificate.ExportCertificatePem());
        Node.WriteFile($"{Directory}/tls.key", key.ExportPkcs8PrivateKeyPem());
        Node.WriteFile($"{Directory}/accounts.key", accounts.ExportRSAPrivateKeyPem());
        Node.WriteFile($"{Directory}/tokens.csv", $"""
            {AdministratorToken},admin,1,system:masters
            {AgentToken},{AgentUser},2,system:serviceaccounts

            """);
        Node.WriteFile($"{Directory}/audit.yaml", """{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]}""");
        Node.WriteFile($"{Directory}/nodes.py", NodesProgram);
        var authority = Convert.ToBase64String(Encoding.UTF8.GetBytes(certificate.ExportCertificatePem()));
        Node.WriteFile(AdministratorConfig, KubeConfig(authority, AdministratorToken));
        Node.WriteFile(AgentConfig, KubeConfig(authority, AgentToken));
    }

    static string KubeConfig(string authority, string token) => $$$"""
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "{{{Url}}}", certificate-authority-data: {{{authority}}} } }]
        users: [{name: u, user: {token: {{{token}}} } }]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        current-context: x

        """;

    /// <summary>Starts the server and waits until it is ready.</summary>
    public void Start()
    {
        _server = Node.Start(Program,
        [
            "--etcd-servers=http://127.0.0.1:2379", "--secure-port=6443", "--advertise-address=192.168.1.11",
            $"--tls-cert-file={Directory}/tls.crt", $"--tls-private-key-file={Directory}/tls.key", $"--cert-dir={Directory}",
            $"--token-auth-file={Directory}/tokens.csv", "--authorization-mode=RBAC", "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc", $"--service-account-key-file={Directory}/accounts.key",
            $"--service-account-signing-key-file={Directory}/accounts.key",
            $"--audit-policy-file={Directory}/audit.yaml", $"--audit-log-path={AuditLog}",
        ]);
        Wait.Until(() => Kubectl("get", "--raw", "/readyz").ExitCode == 0, TimeSpan.FromMinutes(1), () => _server.Output);
    }

    /// <summary>Kills the server. What it stored stays in etcd.</summary>
    public void Kill()
    {
        Node.Run("pkill", "-KILL", "-x", "kube-apiserver").Succeeded();
        _server?.Dispose();
        _server = null;
    }

    /// <summary>Runs kubectl as an administrator.</summary>
    public CommandResult Kubectl(params string[] arguments)
    {
        using var process = Node.Start(
            "kubectl", ["--kubeconfig", AdministratorConfig, "--cache-dir", $"{Directory}/cache", .. arguments]);
        process.FinishInput();
        return process.WaitForExit();
    }

    public void CreateNodes(int count, int first) => Send(count, first, "create");

    /// <summary>Reports for each of some nodes that it is healthy.</summary>
    public void Beat(int count, int first) => Send(count, first, "beat");

    /// <summary>Reports for each of some nodes that it has no network, as a cloud controller does.</summary>
    public void MakeUnavailable(int count, int first) => Send(count, first, "unavailable");

    void Send(int count, int first, string verb) => Node.Run(
        "python3", $"{Directory}/nodes.py", count.ToString(CultureInfo.InvariantCulture),
        first.ToString(CultureInfo.InvariantCulture), verb).Succeeded();

    /// <summary>Returns the verbs of the agent in the audit log, with resource and subresource.</summary>
    public IReadOnlySet<string> VerbsOfAgent() => File.ReadLines(Node.FromOutside(AuditLog))
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Where(entry => entry.GetProperty("user").GetProperty("username").GetString() == AgentUser)
        .Select(entry => $"{entry.GetProperty("verb").GetString()} {DescribeResource(entry.GetProperty("objectRef"))}")
        .ToHashSet();

    static string DescribeResource(JsonElement reference) => reference.GetProperty("resource").GetString() +
        (reference.TryGetProperty("subresource", out var part) ? $"/{part.GetString()}" : "");

    /// <summary>Returns the number of lists of nodes that the agent requested.</summary>
    public int ListsOfAgent() => File.ReadLines(Node.FromOutside(AuditLog)).Count(line =>
        line.Contains(AgentUser, StringComparison.Ordinal) && line.Contains("\"verb\":\"list\"", StringComparison.Ordinal) &&
        line.Contains("\"stage\":\"ResponseComplete\"", StringComparison.Ordinal));

    public void Dispose()
    {
        _server?.Dispose();
        _etcd?.Dispose();
        Node.Dispose();
    }
}
