using System.Net;
using System.Text;

namespace CniBridge.Agent.Serving;

/// <summary>The answer to a GET request.</summary>
/// <param name="Text">The body.</param>
sealed record HttpAnswer(HttpStatusCode Status, string Text)
{
    /// <summary>The value of Content-Type.</summary>
    internal string Type { get; init; } = "text/plain; charset=utf-8";

    /// <summary>Returns the answer as it is sent; the connection ends after it.</summary>
    internal byte[] ToBytes()
    {
        var body = Encoding.UTF8.GetBytes(Text);
        var head = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {(int)Status} {Status}\r\nContent-Type: {Type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        return [.. head, .. body];
    }
}
