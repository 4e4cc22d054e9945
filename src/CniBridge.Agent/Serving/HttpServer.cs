using System.Net;
using System.Net.Sockets;
using CniBridge.Agent.Loop;
using CniBridge.Linux;

namespace CniBridge.Agent.Serving;

/// <summary>
/// A server for GET requests of probes and of Prometheus. Each caller has a thread and one deadline for its request, so a slow or silent
/// caller does not delay others.
/// </summary>
sealed class HttpServer : IDisposable
{
    /// <summary>The most callers at a time. A new caller then replaces the oldest one that has not sent its request.</summary>
    internal const int MaxCallers = 16;

    /// <summary>The pause after a failed accept. Without it, a process without free descriptors would loop.</summary>
    static readonly TimeSpan s_acceptPause = TimeSpan.FromSeconds(1);

    readonly TcpListener _listener;
    readonly Func<string, HttpAnswer?> _find;
    readonly Action<string> _tell;
    readonly Trigger _ended = new();

    /// <summary>The callers, oldest first. The list is also its own lock.</summary>
    readonly List<HttpCaller> _callers = [];

    string? _failure;

    /// <param name="find">Returns the answer for a path, or null for an unknown path. Called on the threads of callers.</param>
    /// <param name="tell">Logs a failure to accept callers, once until it is over.</param>
    /// <exception cref="SocketException">The endpoint is in use, or cannot be bound.</exception>
    public HttpServer(IPEndPoint endpoint, Func<string, HttpAnswer?> find, Action<string> tell)
    {
        (_find, _tell) = (find, tell);
        _listener = new TcpListener(endpoint);
        _listener.Start();
        new Thread(Run) { IsBackground = true, Name = "server" }.Start();
    }

    /// <summary>The address and port on which the server listens.</summary>
    internal IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Parses ADDRESS:PORT.</summary>
    /// <exception cref="FormatException">The text is not such an endpoint.</exception>
    public static IPEndPoint ParseEndpoint(string text) =>
        IPEndPoint.TryParse(text, out var endpoint) && endpoint.Port != 0
            ? endpoint
            : throw new FormatException($"invalid endpoint \"{text}\": use an address and a port, such as 127.0.0.1:9469");

    void Run()
    {
        while (!_ended.IsStopped)
        {
            try
            {
                Serve(_listener.AcceptSocket());
                _failure = null;
            }
            // OutOfMemoryException and ThreadStartException: the process may have no more threads.
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException or OutOfMemoryException
                or ThreadStartException || e.IsIoFailure())
            {
                Report(e);
                _ended.WaitForStop(s_acceptPause);
            }
        }
    }

    void Report(Exception e)
    {
        var failure = e switch
        {
            // The text of .NET says "in system", but the limit is that of the process.
            SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } => "too many open files",
            OutOfMemoryException or ThreadStartException => "no more threads can be started",
            _ => e.Message,
        };
        if (!_ended.IsStopped && _failure != failure)
            _tell($"cannot accept requests of probes: {failure}");
        _failure = failure;
    }

    void Serve(Socket socket)
    {
        var caller = new HttpCaller(socket, _find);
        lock (_callers)
        {
            if (_callers.Count >= MaxCallers && !TryEndOldest())
            {
                socket.Dispose();
                return;
            }
            _callers.Add(caller);
        }
        try
        {
            new Thread(() => Answer(caller)) { IsBackground = true, Name = "caller" }.Start();
        }
        catch
        {
            End(caller);
            throw;
        }
    }

    /// <summary>Ends the oldest caller that is still sending its request. Returns false if there is none.</summary>
    bool TryEndOldest()
    {
        var oldest = _callers.Find(static caller => caller.IsSending);
        oldest?.End();
        return oldest is not null && _callers.Remove(oldest);
    }

    void Answer(HttpCaller caller)
    {
        try
        {
            caller.Answer();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException || e.IsIoFailure())
        {
            // The caller closed the connection, or was too slow.
        }
        finally
        {
            End(caller);
        }
    }

    void End(HttpCaller caller)
    {
        lock (_callers)
            _callers.Remove(caller);
        caller.Dispose();
    }

    public void Dispose()
    {
        _ended.Stop();
        _listener.Dispose();
    }
}
