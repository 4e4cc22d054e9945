using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CniBridge.EndToEnd.Tests.Kubernetes.Fakes;

/// <summary>
/// An API server in a node's network with the functions that kubectl and the agent need to get and watch nodes. It runs in the test
/// process, so that calls of a test change the nodes.
/// </summary>
sealed class FakeApiServer : IDisposable
{
    public const int Port = 6443;

    /// <summary>The duration of a watch, which ends by itself as with a real server.</summary>
    static readonly TimeSpan WatchTime = TimeSpan.FromMinutes(1);

    readonly ScratchNode node;
    readonly IPAddress address;
    readonly X509Certificate2 certificate;
    readonly List<FakeRequest> requests = [];
    readonly List<IDisposable> open = [];
    Socket? listener;

    /// <summary>Creates the server and starts it.</summary>
    /// <param name="certificateAddress">The only address in the server's certificate, if it is another one.</param>
    public FakeApiServer(ScratchNode node, string address = "127.0.0.1", string? certificateAddress = null)
    {
        this.node = node;
        this.address = IPAddress.Parse(address);
        certificate = FakeAuthority.Create(certificateAddress ?? address);
        Start();
    }

    public FakeNodes Nodes { get; } = new();

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<FakeRequest> Requests
    {
        get
        {
            lock (requests)
            {
                return [.. requests];
            }
        }
    }

    /// <summary>The authority of the server's certificate in PEM.</summary>
    public string AuthorityPem => certificate.ExportCertificatePem();

    /// <summary>The status of all answers, or null for normal answers.</summary>
    public HttpStatusCode? Refusal { get; set; }

    /// <summary>The status of all answers to requests that change something, or null for normal answers.</summary>
    public HttpStatusCode? PatchRefusal { get; set; }

    /// <summary>The part of the answers that is not sent.</summary>
    public Silence Silence { get; set; }

    /// <summary>A kubeconfig for this server. It has a token because kubectl asks for a user name without any credential.</summary>
    public string KubeConfig => CreateKubeConfig(AuthorityPem);

    /// <summary>Returns a kubeconfig for this server that trusts an authority.</summary>
    public string CreateKubeConfig(string authorityPem) => $$$"""
        {
          "apiVersion": "v1", "kind": "Config", "current-context": "fake",
          "clusters": [{"name": "fake", "cluster": {
            "server": "https://{{{new IPEndPoint(address, Port)}}}",
            "certificate-authority-data": "{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(authorityPem))}}}"
          }}],
          "users": [{"name": "fake", "user": {"token": "token-of-the-kubeconfig"}}],
          "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake"}}]
        }
        """;

    public void Start()
    {
        var socket = NamespaceSocket.Listen(node, new IPEndPoint(address, Port));
        listener = socket;
        new Thread(() => Accept(socket)) { IsBackground = true }.Start();
    }

    /// <summary>Waits until a client has opened a watch, which the next <see cref="Disconnect"/> then ends.</summary>
    public void WaitForWatch() => Wait.Until(
        () => Requests.Any(request => request["watch"].Length > 0), TimeSpan.FromSeconds(30), () => $"{Requests.Count} requests, no watch");

    /// <summary>Ends all open connections and continues to listen.</summary>
    public void Disconnect()
    {
        lock (open)
        {
            open.ForEach(connection => connection.Dispose());
            open.Clear();
        }
    }

    /// <summary>Stops listening and ends all watches.</summary>
    public void Stop()
    {
        lock (open)
        {
            listener?.Dispose();
            open.ForEach(connection => connection.Dispose());
            open.Clear();
        }
    }

    public void Dispose()
    {
        Stop();
        certificate.Dispose();
    }

    void Accept(Socket socket)
    {
        try
        {
            while (true)
            {
                var connection = socket.Accept();
                lock (open)
                {
                    open.Add(connection);
                }

                new Thread(() => Serve(connection)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    void Serve(Socket connection)
    {
        try
        {
            using var raw = new NetworkStream(connection, ownsSocket: true);
            using var stream = new SslStream(raw);
            stream.AuthenticateAsServer(certificate);
            if (FakeRequest.Read(stream) is { } request)
            {
                lock (requests)
                {
                    requests.Add(request);
                }

                Answer(stream, request);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or AuthenticationException)
        {
            // The client closed the connection, or the server stopped.
        }
    }

    void Answer(Stream stream, FakeRequest request)
    {
        if ((Refusal ?? (request.Method == "PATCH" ? PatchRefusal : null)) is { } status)
        {
            Write(stream, $"HTTP/1.1 {(int)status} {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            return;
        }

        if (Silence == Silence.Complete)
        {
            // The connection stays open until the client closes it.
            _ = stream.ReadByte();
            return;
        }

        const string nodes = "/api/v1/nodes";
        if (request.Path == nodes && request["watch"] is "true" or "1")
        {
            Watch(stream, request);
            return;
        }

        var document = request switch
        {
            { Method: "PATCH", Path: var path } when path.EndsWith("/status", StringComparison.Ordinal) =>
                Nodes.Patch(path.Split('/')[^2], request.Body),
            { Method: not "GET" } => null,
            { Path: nodes } => Nodes.List(),
            { Path: var path } when path.StartsWith(nodes + "/", StringComparison.Ordinal) => Nodes.Find(path[(nodes.Length + 1)..]),
            { Path: var path } => FakeDiscovery.Find(path),
        };
        var body = Encoding.UTF8.GetBytes(document ?? """
            {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404, "message": "not found"}
            """);
        Write(stream, $"HTTP/1.1 {(document is null ? "404 Not Found" : "200 OK")}\r\n"
            + $"Content-Type: application/json\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n");
        if (Silence == Silence.AfterHalfAList && request.Path == nodes)
        {
            stream.Write(body, 0, body.Length / 2);
            _ = stream.ReadByte();
            return;
        }

        stream.Write(body);
    }

    void Watch(Stream stream, FakeRequest request)
    {
        // Without a version, or with one that matches any, the watch starts now. kubectl passes the version of its list.
        var version = int.TryParse(request["resourceVersion"], CultureInfo.InvariantCulture, out var given) && given > 0
            ? given
            : Nodes.Version;
        Write(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (Nodes.WaitForChange(version, WatchTime) is { } change)
        {
            var text = change.Text + "\n";
            Write(stream, $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n");
            version = change.Version;
        }

        Write(stream, "0\r\n\r\n");
    }

    static void Write(Stream stream, string text)
    {
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush();
    }
}
