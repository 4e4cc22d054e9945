using System.Security.Cryptography.X509Certificates;

namespace CniBridge.Agent.Access;

/// <summary>The address of an API server and the credentials for it.</summary>
sealed record ApiAccess
{
    /// <summary>An https address; its path, if any, precedes each request's.</summary>
    public required Uri Server { get; init; }

    /// <summary>The only certificate authorities that are trusted.</summary>
    public required X509Certificate2Collection Authorities { get; init; }

    /// <summary>The host name that the server's certificate must have; null: the one of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>The certificate that the client shows, with its private key; null: none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Returns the bearer token, or null if there is none. Called for each request, because tokens expire.</summary>
    /// <exception cref="AccessException">The token's file cannot be read.</exception>
    public Func<string?> ReadToken { get; init; } = static () => null;
}
