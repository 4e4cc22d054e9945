using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CniBridge.Agent.Serving;

/// <summary>One connection to the server, which carries one request.</summary>
/// <param name="find">Returns the answer for a path, or null for an unknown path.</param>
sealed class HttpCaller(Socket socket, Func<string, HttpAnswer?> find) : IDisposable
{
    const string Usage = "use GET /healthz, GET /readyz or GET /metrics\n";

    const int MaxRequestBytes = 8 * 1024;

    /// <summary>The time limit of the request, and then of the response.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    volatile bool _isSending = true;

    /// <summary>True until the request is complete.</summary>
    internal bool IsSending => _isSending;

    /// <summary>Reads the request and sends the response.</summary>
    /// <exception cref="SocketException">The caller closed the connection, or was too slow.</exception>
    internal void Answer()
    {
        var line = ReadRequest().Split("\r\n")[0].Split(' ');
        _isSending = false;
        var answer = line switch
        {
            ["GET", var target, ..] => find(target.Split('?')[0]) ?? new HttpAnswer(HttpStatusCode.NotFound, Usage),
            _ => new HttpAnswer(HttpStatusCode.MethodNotAllowed, Usage),
        };
        Send(answer.ToBytes());
        socket.Shutdown(SocketShutdown.Both);
    }

    /// <summary>Reads up to the end of the header. A GET request has no body.</summary>
    string ReadRequest()
    {
        var giveUp = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        var buffer = new byte[MaxRequestBytes];
        var length = 0;
        while (length < buffer.Length && buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            socket.ReceiveTimeout = Left(giveUp);
            var count = socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
            if (count == 0)
                break;
            length += count;
        }
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    void Send(byte[] bytes)
    {
        var giveUp = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        for (var sent = 0; sent < bytes.Length;)
        {
            socket.SendTimeout = Left(giveUp);
            sent += socket.Send(bytes, sent, bytes.Length - sent, SocketFlags.None);
        }
    }

    /// <summary>Returns the milliseconds until a time, at least 1, because a socket treats 0 as no limit.</summary>
    /// <exception cref="SocketException">The time has passed.</exception>
    static int Left(long giveUp)
    {
        var left = giveUp - Environment.TickCount64;
        return left > 0 ? (int)left : throw new SocketException((int)SocketError.TimedOut);
    }

    /// <summary>Ends the connection. Any thread may call it; a read in progress then sees the end.</summary>
    internal void End()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The caller closed the connection first.
        }
    }

    public void Dispose() => socket.Dispose();
}
