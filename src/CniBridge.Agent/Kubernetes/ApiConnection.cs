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
    internal static SocketsHttpHandler Create(ApiAccess access) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = s_connectTimeout,
        ConnectCallback = ConnectAsync,
        SslOptions = CreateTlsOptions(access),
    };

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
        };
        if (access.ClientCertificate is { } certificate)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        return options;
    }

    static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, ProbeCount);
            socket.SetRawSocketOption((int)ProtocolType.Tcp, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
