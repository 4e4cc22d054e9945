using System.Text;
using System.Web;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>What a client asked for: one request, HTTP/1.1, without a body.</summary>
sealed record FakeRequest(string Method, string Path, IReadOnlyDictionary<string, string> Query, string? Authorization)
{
    /// <summary>Null when the client had nothing more to ask.</summary>
    public static FakeRequest? Read(Stream stream)
    {
        // GET /api/v1/nodes?limit=500 HTTP/1.1
        if (ReadLine(stream).Split(' ') is not [var method, var target, _])
        {
            return null;
        }

        string? authorization = null;
        for (var line = ReadLine(stream); line.Length > 0; line = ReadLine(stream))
        {
            if (line.StartsWith("Authorization: ", StringComparison.OrdinalIgnoreCase))
            {
                authorization = line["Authorization: ".Length..];
            }
        }

        var parts = target.Split('?', 2);
        var query = HttpUtility.ParseQueryString(parts.Length > 1 ? parts[1] : "");
        return new FakeRequest(method, parts[0], query.AllKeys.ToDictionary(key => key!, key => query[key]!), authorization);
    }

    public string this[string name] => Query.GetValueOrDefault(name, "");

    static string ReadLine(Stream stream)
    {
        var line = new StringBuilder();
        for (var c = stream.ReadByte(); c is >= 0 and not '\n'; c = stream.ReadByte())
        {
            if (c != '\r')
            {
                line.Append((char)c);
            }
        }

        return line.ToString();
    }
}
