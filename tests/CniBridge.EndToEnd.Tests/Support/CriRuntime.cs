using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>A private containerd of the node that serves the CRI, with a client that sends the requests of a kubelet.</summary>
sealed class CriRuntime : IDisposable
{
    const string Directory = $"{ScratchNode.Directory}/cri";
    const string Socket = $"{Directory}/containerd.sock";

    readonly RunningProcess daemon;
    readonly HttpClient client;

    public CriRuntime(ScratchNode node)
    {
        node.WriteFile($"{Directory}/config.toml", $"""
            version = 2
            root = "{Directory}/root"
            state = "{Directory}/state"
            disabled_plugins = ["io.containerd.internal.v1.opt"]
            [grpc]
            address = "{Socket}"
            [plugins."io.containerd.grpc.v1.cri"]
            stream_server_port = "0"
            [plugins."io.containerd.grpc.v1.cri".containerd]
            snapshotter = "native"
            """);
        var socket = node.FromOutside(Socket);
        client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => new NetworkStream(await ConnectAsync(socket, cancellation), ownsSocket: true),
        });
        daemon = node.Start("containerd", ["--config", $"{Directory}/config.toml"]);
        try
        {
            daemon.WaitForOutput("containerd successfully booted");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The output of the runtime so far.</summary>
    public string Output => daemon.Output;

    /// <summary>Returns whether the condition NetworkReady of the runtime's status is true.</summary>
    public bool IsNetworkReady() => Conditions()["NetworkReady"];

    /// <summary>Returns the conditions of runtime.v1.RuntimeService/Status: RuntimeReady and NetworkReady.</summary>
    Dictionary<string, bool> Conditions()
    {
        var conditions = new Dictionary<string, bool>();
        // message StatusResponse { RuntimeStatus status = 1; }   message RuntimeStatus { repeated RuntimeCondition conditions = 1; }
        var status = Fields(Call("/runtime.v1.RuntimeService/Status")).First(field => field.Number == 1).Bytes;
        foreach (var condition in Fields(status).Where(field => field.Number == 1))
        {
            // message RuntimeCondition { string type = 1; bool status = 2; } False values are not sent.
            var fields = Fields(condition.Bytes);
            conditions[Encoding.UTF8.GetString(fields.First(field => field.Number == 1).Bytes)] = fields.Any(
                field => field is { Number: 2, Value: 1 });
        }

        return conditions;
    }

    /// <summary>
    /// Makes a unary gRPC call with an empty message. Each message starts with a byte for its compression and four bytes for its length.
    /// </summary>
    byte[] Call(string method)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://containerd{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        // CA2025: the call ends before the request is disposed. HTTP/2 has no synchronous call.
#pragma warning disable CA2025
        using var response = client.SendAsync(request).GetAwaiter().GetResult();
#pragma warning restore CA2025
        var body = response.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        if (body.Length < 5)
        {
            throw new LabException($"{method}: {response} {response.TrailingHeaders}\n{Output}");
        }

        return body[5..(5 + BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1)))];
    }

    /// <summary>Returns the fields of a protobuf message that are numbers or have a length.</summary>
    static List<(int Number, long Value, byte[] Bytes)> Fields(byte[] message)
    {
        var fields = new List<(int, long, byte[])>();
        for (var at = 0; at < message.Length;)
        {
            var tag = ReadNumber(message, ref at);
            var value = ReadNumber(message, ref at);
            var length = (tag & 7) == 2 ? (int)value : 0;
            fields.Add(((int)(tag >> 3), value, message[at..(at + length)]));
            at += length;
        }

        return fields;
    }

    static long ReadNumber(byte[] message, ref int at)
    {
        long number = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            number |= (long)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return number;
            }
        }
    }

    static async Task<Socket> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        return socket;
    }

    public void Dispose()
    {
        client.Dispose();
        daemon?.Dispose();
    }
}
