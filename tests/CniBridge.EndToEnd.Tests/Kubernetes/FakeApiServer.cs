using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>
/// As much of an API server as kubectl needs to get and watch nodes, in a node's network: of this test process, so that nodes
/// come, change and go by a call.
/// </summary>
sealed class FakeApiServer : IDisposable
{
    public const int Port = 6443;

    /// <summary>Watches end after a while, as those of a real one do.</summary>
    static readonly TimeSpan WatchTime = TimeSpan.FromMinutes(1);

    readonly ScratchNode node;
    readonly IPAddress address;
    readonly X509Certificate2? certificate;
    readonly List<FakeRequest> requests = [];
    readonly List<IDisposable> open = [];
    Socket? listener;

    /// <summary>Starts at once. With a certificate it speaks TLS.</summary>
    public FakeApiServer(ScratchNode node, string address = "127.0.0.1", X509Certificate2? certificate = null)
    {
        this.node = node;
        this.address = IPAddress.Parse(address);
        this.certificate = certificate;
        Start();
    }

    public FakeNodes Nodes { get; } = new();

    /// <summary>Everything that was asked until now.</summary>
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

    /// <summary>A kubeconfig that leads here, without any credential.</summary>
    public string KubeConfig => $$$"""
        {
          "apiVersion": "v1", "kind": "Config", "current-context": "fake",
          "clusters": [{"name": "fake", "cluster": {"server": "http://{{{new IPEndPoint(address, Port)}}}"}}],
          "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": ""}}]
        }
        """;

    public void Start()
    {
        var socket = NamespaceSocket.Listen(node, new IPEndPoint(address, Port));
        listener = socket;
        new Thread(() => Accept(socket)) { IsBackground = true }.Start();
    }

    /// <summary>Nobody listens any more, and watches break off.</summary>
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
        certificate?.Dispose();
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
            using var stream = Secure(raw);
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
            // The client went, or we were stopped.
        }
    }

    Stream Secure(NetworkStream raw)
    {
        if (certificate is null)
        {
            return raw;
        }

        var stream = new SslStream(raw);
        stream.AuthenticateAsServer(certificate);
        return stream;
    }

    void Answer(Stream stream, FakeRequest request)
    {
        const string nodes = "/api/v1/nodes";
        if (request.Path == nodes && request["watch"] is "true" or "1")
        {
            Watch(stream, request);
            return;
        }

        var document = request switch
        {
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
        stream.Write(body);
    }

    void Watch(Stream stream, FakeRequest request)
    {
        // Without a version, or with that of any: from now on. kubectl names the one of its list.
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
