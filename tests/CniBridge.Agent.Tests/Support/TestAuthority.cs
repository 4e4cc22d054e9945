using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CniBridge.Agent.Tests.Support;

/// <summary>A certificate authority that exists for one test.</summary>
sealed class TestAuthority : IDisposable
{
    readonly X509Certificate2 _certificate = CreateRoot();

    internal string Pem => _certificate.ExportCertificatePem();

    /// <summary>Returns a certificate for a server at 127.0.0.1, or with the given name only.</summary>
    internal X509Certificate2 CreateServerCertificate(string? name = null)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (name is null)
            names.AddIpAddress(IPAddress.Loopback);
        else
            names.AddDnsName(name);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        return Sign(request, key);
    }

    /// <summary>Returns a client's certificate and its key as PEM texts.</summary>
    internal (string Certificate, string Key) CreateClient(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256), key);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _certificate.Dispose();

    X509Certificate2 Sign(CertificateRequest request, ECDsa key)
    {
        // All authorities have one name, as after the rotation of a cluster's authority: the identifier tells which of them signed.
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        using var signed = request.Create(_certificate, _certificate.NotBefore, _certificate.NotAfter, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }

    static X509Certificate2 CreateRoot()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
