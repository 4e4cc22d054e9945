using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CniBridge.Agent.Access;

/// <summary>Reads certificates in PEM form.</summary>
static class Certificates
{
    /// <summary>Returns the certificate authorities in a file.</summary>
    /// <exception cref="AccessException">The file cannot be read or contains no certificate.</exception>
    internal static X509Certificate2Collection LoadAuthorities(string path) =>
        ParseAuthorities(AccessFile.Read(path, "certificate authorities"), path);

    /// <summary>Returns the certificate authorities in a text.</summary>
    /// <param name="source">The name of the text in messages.</param>
    /// <exception cref="AccessException">The text contains no certificate.</exception>
    internal static X509Certificate2Collection ParseAuthorities(string pem, string source)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new AccessException($"{source} contains a damaged certificate: {e.Message}");
        }
        return authorities.Count > 0 ? authorities : throw new AccessException($"{source} contains no certificate");
    }

    /// <summary>Returns a client's certificate with its private key.</summary>
    /// <exception cref="AccessException">A part is damaged, or they do not belong together.</exception>
    internal static X509Certificate2 ParseClient(string certificate, string key, string source)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new AccessException($"the client certificate of {source} cannot be used: {e.Message}");
        }
    }
}
