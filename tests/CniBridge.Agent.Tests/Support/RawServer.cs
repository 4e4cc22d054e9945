using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using CniBridge.Agent.Access;

namespace CniBridge.Agent.Tests.Support;

/// <summary>A server that answers each request on a TLS connection with bytes that no web server would send.</summary>
sealed class RawServer : IDisposable
{
    readonly TestAuthority _authority = new();
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Action<Stream> _answer;
    int _requests;

    /// <param name="answer">The function that writes the answer to one request. The connection ends after it.</param>
    internal RawServer(Action<Stream> answer)
    {
        _answer = answer;
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    internal int Requests => Volatile.Read(ref _requests);

    internal ApiAccess Access => new()
    {
        Server = new Uri($"https://{_listener.LocalEndpoint}"),
        Authorities = Certificates.ParseAuthorities(_authority.Pem, "test"),
    };

    public void Dispose()
    {
        _listener.Dispose();
        _authority.Dispose();
    }

    void Accept()
    {
        using var certificate = _authority.CreateServerCertificate();
        try
        {
            while (true)
            {
                var socket = _listener.AcceptSocket();
                new Thread(() => Serve(socket, certificate)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    void Serve(Socket socket, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        try
        {
            using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            stream.AuthenticateAsServer(certificate);
            // A GET request has no body and fits into one record.
            _ = stream.Read(new byte[16 * 1024]);
            Interlocked.Increment(ref _requests);
            _answer(stream);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or AuthenticationException)
        {
            // The client closed the connection.
        }
    }
}
