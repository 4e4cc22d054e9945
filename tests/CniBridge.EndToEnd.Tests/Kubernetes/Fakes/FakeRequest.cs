using System.Globalization;
using System.Text;
using System.Web;

namespace CniBridge.EndToEnd.Tests.Kubernetes.Fakes;

/// <summary>A request of a client: HTTP/1.1.</summary>
sealed record FakeRequest(string Method, string Path, IReadOnlyDictionary<string, string> Query, string? Authorization)
{
    /// <summary>The body; empty if the request has none.</summary>
    public string Body { get; private init; } = "";

    /// <summary>Reads a request. Returns null if the client closed the connection.</summary>
    public static FakeRequest? Read(Stream stream)
    {
        // GET /api/v1/nodes?limit=500 HTTP/1.1
        if (ReadLine(stream).Split(' ') is not [var method, var target, _])
        {
            return null;
        }

        string? authorization = null;
        var length = 0;
        for (var line = ReadLine(stream); line.Length > 0; line = ReadLine(stream))
        {
            if (line.StartsWith("Authorization: ", StringComparison.OrdinalIgnoreCase))
            {
                authorization = line["Authorization: ".Length..];
            }

            if (line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(line["Content-Length: ".Length..], CultureInfo.InvariantCulture);
            }
        }

        var parts = target.Split('?', 2);
        var query = HttpUtility.ParseQueryString(parts.Length > 1 ? parts[1] : "");
        var body = new byte[length];
        stream.ReadExactly(body);
        return new FakeRequest(method, parts[0], query.AllKeys.ToDictionary(key => key!, key => query[key]!), authorization)
        {
            Body = Encoding.UTF8.GetString(body),
        };
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
