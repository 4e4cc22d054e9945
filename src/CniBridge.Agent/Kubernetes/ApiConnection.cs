using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CniBridge.Agent.Access;

namespace CniBridge.Agent.Kubernetes;

/// <summary>Makes the HTTP handler for an API server: how connections are opened, checked and kept alive.</summary>
static class ApiConnection
{
    /// <summary>TCP_USER_TIMEOUT (linux/tcp.h), in milliseconds: how long sent data may stay unacknowledged.</summary>
    const int TcpUserTimeout = 18;

    static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);

    // A peer that disappeared without a word is found after 15 s of silence and four probes: within 40 s.
    const int KeepAliveSeconds = 15, ProbeSeconds = 5, ProbeCount = 4, UserTimeoutMilliseconds = 30_000;

    /// <summary>Returns a handler that trusts only the authorities of <paramref name="access"/> and ignores proxy variables.</summary>
    internal static SocketsHttpHandler Create(ApiAccess access)
    {
        var options = CreateTlsOptions(access);
        return new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = s_connectTimeout,
            ConnectCallback = (context, cancellation) => ValueTask.FromResult<Stream>(Connect(context.DnsEndPoint, options, cancellation)),
        };
    }

    /// <summary>
    /// Returns the address for requests. Its scheme is http, so that the handler leaves TLS to <see cref="Connect"/>.
    /// </summary>
    internal static Uri GetAddress(ApiAccess access) =>
        new UriBuilder(access.Server) { Scheme = Uri.UriSchemeHttp, Port = access.Server.Port }.Uri;

    static SslClientAuthenticationOptions CreateTlsOptions(ApiAccess access)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // The authorities of a cluster publish no revocation lists.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(access.Authorities);
        var options = new SslClientAuthenticationOptions
        {
            // CA5398: the system's default would also allow what its openssl.cnf allows, which is not read.
#pragma warning disable CA5398
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
            CertificateChainPolicy = policy,
            TargetHost = access.TlsServerName ?? access.Server.IdnHost,
        };
        if (access.ClientCertificate is { } certificate)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        return options;
    }

    /// <summary>
    /// Opens a connection, and makes the handshake of TLS with blocking calls. An asynchronous call would make the socket non-blocking
    /// until its end, and each event of a watch would wake three threads instead of one.
    /// </summary>
    static SslStream Connect(DnsEndPoint endpoint, SslClientAuthenticationOptions options, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var abort = cancellation.Register(socket.Dispose);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, ProbeCount);
            socket.SetRawSocketOption((int)ProtocolType.Tcp, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds));
            socket.Connect(endpoint);
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            stream.AuthenticateAsClient(options);
            return stream;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
