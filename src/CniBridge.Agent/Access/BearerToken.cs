namespace CniBridge.Agent.Access;

/// <summary>A bearer token of a user (RFC 6750): printable ASCII characters without spaces.</summary>
static class BearerToken
{
    /// <summary>
    /// Returns the token of a file without white space around it. The kubelet replaces the file before the token expires.
    /// </summary>
    /// <exception cref="AccessException">The file cannot be read, or contains no token.</exception>
    internal static string ReadFile(string path) => Parse(AccessFile.Read(path, "token file"), $"the token file {path}");

    /// <summary>Returns the token without white space around it.</summary>
    /// <param name="place">The name of the text in messages.</param>
    /// <exception cref="AccessException">The text has characters that a header of HTTP must not contain, or none.</exception>
    internal static string Parse(string text, string place)
    {
        var token = text.Trim();
        if (token.Length == 0)
            throw new AccessException($"{place} contains no token");
        return token.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? throw new AccessException($"{place} contains no token: a token has only printable ASCII characters, without spaces")
            : token;
    }
}
