namespace CniBridge.Agent.Access;

/// <summary>A file with a bearer token. The kubelet replaces it before the token expires.</summary>
static class TokenFile
{
    /// <summary>Returns the token without white space around it.</summary>
    /// <exception cref="AccessException">The file cannot be read, is empty, or contains control characters.</exception>
    internal static string Read(string path)
    {
        string token;
        try
        {
            token = File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AccessException($"cannot read the token file {path}: {e.Message}");
        }
        // A header of HTTP must not contain them.
        return token.Length > 0 && !token.Any(char.IsControl)
            ? token
            : throw new AccessException($"the token file {path} contains no token");
    }
}
