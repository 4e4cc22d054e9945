using CniBridge.Linux;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CniBridge.Node.Cluster.Agent;

/// <summary>
/// Answers GET /metrics on an address of this node alone, one caller at a time: scrapes are rare, and one that is slow is cut off.
/// </summary>
public sealed class MetricsServer : IDisposable
{
    const int MaxRequestBytes = 8 * 1024;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    readonly TcpListener _listener;
    readonly Func<string> _read;
    volatile bool _isDisposed;

    /// <param name="read">Makes the text anew for each caller.</param>
    /// <exception cref="SocketException">Somebody else listens there.</exception>
    public MetricsServer(IPEndPoint endpoint, Func<string> read)
    {
        _read = read;
        _listener = new TcpListener(endpoint);
        _listener.Start();
        new Thread(Run) { IsBackground = true }.Start();
    }

    /// <summary>ADDRESS:PORT, of which the address is one that only this node reaches.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static IPEndPoint ParseEndpoint(string text) =>
        IPEndPoint.TryParse(text, out var endpoint) && endpoint.Port != 0 && IPAddress.IsLoopback(endpoint.Address)
            ? endpoint
            : throw new FormatException($"\"{text}\" is not an address of loopback and a port, such as 127.0.0.1:9469");

    void Run()
    {
        while (!_isDisposed)
        {
            try
            {
                using var caller = _listener.AcceptSocket();
                Answer(caller);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException || e.IsIoFailure())
            {
                // Whoever hung up; or it is over.
            }
        }
    }

    void Answer(Socket caller)
    {
        caller.ReceiveTimeout = caller.SendTimeout = (int)s_patience.TotalMilliseconds;
        var line = ReadRequest(caller).Split("\r\n")[0].Split(' ');
        var (status, type, text) = line switch
        {
            ["GET", "/metrics", ..] => Measure(),
            ["GET", ..] => ("404 Not Found", "text/plain", "metrics are at /metrics\n"),
            _ => ("405 Method Not Allowed", "text/plain", "GET /metrics\n"),
        };
        var body = Encoding.UTF8.GetBytes(text);
        var head = Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        Send(caller, head);
        Send(caller, body);
        caller.Shutdown(SocketShutdown.Both);
    }

    /// <summary>Whatever is wrong with the node, a look at it ends no agent.</summary>
    (string Status, string Type, string Text) Measure()
    {
#pragma warning disable CA1031
        try
        {
            return ("200 OK", "text/plain; version=0.0.4; charset=utf-8", _read());
        }
        catch (Exception e)
        {
            return ("500 Internal Server Error", "text/plain", e.Message + "\n");
        }
#pragma warning restore CA1031
    }

    /// <summary>As far as the end of the header, which is all that a GET has.</summary>
    static string ReadRequest(Socket caller)
    {
        var buffer = new byte[MaxRequestBytes];
        var length = 0;
        while (length < buffer.Length && buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            var count = caller.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
            if (count == 0)
                break;
            length += count;
        }
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    static void Send(Socket caller, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += caller.Send(bytes, sent, bytes.Length - sent, SocketFlags.None);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _listener.Dispose();
    }
}
