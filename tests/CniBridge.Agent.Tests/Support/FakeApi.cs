using System.Collections.Concurrent;
using System.Net;
using CniBridge.Agent.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace CniBridge.Agent.Tests.Support;

/// <summary>A web server that lists and watches nodes as an API server does. A test sets the answer to each request.</summary>
sealed class FakeApi : IAsyncDisposable
{
    readonly WebApplication _server;
    readonly TestAuthority _authority = new();

    /// <param name="isProtobuf">False if the server offers only JSON.</param>
    /// <param name="serverName">The only name in the server's certificate; null for its address.</param>
    internal FakeApi(bool isProtobuf = true, string? serverName = null)
    {
        IsProtobuf = isProtobuf;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var certificate = _authority.CreateServerCertificate(serverName);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = static (_, _, _) => true,
            })));
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(HandleAsync);
        _server.StartAsync().GetAwaiter().GetResult();
    }

    internal bool IsProtobuf { get; }

    internal string Address => _server.Urls.First();

    internal string AuthorityPem => _authority.Pem;

    internal TestAuthority Authority => _authority;

    /// <summary>The requests so far: "list", "watch VERSION" or "patch PATH".</summary>
    internal ConcurrentQueue<string> Requests { get; } = new();

    internal int ListCount => Requests.Count(static request => request == "list");

    /// <summary>Each patch so far, with its content type.</summary>
    internal ConcurrentQueue<(string Type, string Text)> Patches { get; } = new();

    internal ConcurrentQueue<string> Tokens { get; } = new();

    internal ConcurrentQueue<string> ClientNames { get; } = new();

    internal List<FakeNode> Nodes { get; } = [];

    internal string Version { get; set; } = "100";

    /// <summary>A function that answers the next requests instead of the default. It returns false to use the default answer.</summary>
    internal Func<HttpContext, Task<bool>> Override { get; set; } = static _ => Task.FromResult(false);

    /// <summary>Sends nothing until the client gives up. Used as a value of <see cref="Override"/>, or at the end of one.</summary>
    internal static async Task<bool> HangAsync(HttpContext context)
    {
        var aborted = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(aborted.SetResult);
        await aborted.Task;
        return true;
    }

    /// <summary>The events that are written to every open watch.</summary>
    internal BlockingCollection<byte[]> Events { get; private set; } = [];

    internal ApiAccess Access(string? authorityPem = null, Func<string?>? readToken = null) => new()
    {
        Server = new Uri(Address),
        Authorities = Certificates.ParseAuthorities(authorityPem ?? AuthorityPem, "test"),
        ReadToken = readToken ?? (static () => null),
    };

    internal void Send(string type, FakeNode node) => Events.Add(IsProtobuf
        ? ProtobufEncoding.Event(type, ProtobufEncoding.NodeObject(node))
        : JsonEncoding.Event(type, JsonEncoding.Node(node)));

    internal void SendError(int code, string message) => Events.Add(IsProtobuf
        ? ProtobufEncoding.Event("ERROR", ProtobufEncoding.Status(code, message))
        : JsonEncoding.Event("ERROR", JsonEncoding.Status(code, message)));

    /// <summary>Sends bytes unchanged.</summary>
    internal void SendBytes(byte[] bytes) => Events.Add(bytes);

    /// <summary>Ends the open watch as a server does at its time limit.</summary>
    internal void EndWatch() => Events.Add([]);

    public async ValueTask DisposeAsync()
    {
        Events.CompleteAdding();
        await _server.StopAsync();
        await _server.DisposeAsync();
        _authority.Dispose();
    }

    async Task HandleAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var isWatch = query["watch"] == "true";
        var isPatch = HttpMethods.IsPatch(context.Request.Method);
        Requests.Enqueue(isPatch ? $"patch {context.Request.Path}" : isWatch ? $"watch {query["resourceVersion"]}" : "list");
        Tokens.Enqueue(context.Request.Headers.Authorization.ToString());
        ClientNames.Enqueue(context.Connection.ClientCertificate?.Subject ?? "");
        if (await Override(context))
            return;
        if (isPatch)
        {
            await PatchAsync(context);
            return;
        }
        context.Response.ContentType = !IsProtobuf ? "application/json"
            : isWatch ? "application/vnd.kubernetes.protobuf;stream=watch" : "application/vnd.kubernetes.protobuf";
        if (isWatch)
            await WatchAsync(context);
        else
            await context.Response.Body.WriteAsync(IsProtobuf ? ProtobufEncoding.List(Version, Nodes) : JsonEncoding.List(Version, Nodes));
    }

    async Task PatchAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        Patches.Enqueue((context.Request.ContentType ?? "", await body.ReadToEndAsync()));
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("""{"kind": "Node", "apiVersion": "v1"}""");
    }

    async Task WatchAsync(HttpContext context)
    {
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        await Task.Run(async () =>
        {
            while (!Events.IsCompleted && !context.RequestAborted.IsCancellationRequested)
            {
                if (!Events.TryTake(out var bytes, 50))
                    continue;
                if (bytes.Length == 0)
                    return;
                await context.Response.Body.WriteAsync(bytes);
                await context.Response.Body.FlushAsync();
            }
        });
    }
}
