using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using CniBridge.Agent.Access;
using CniBridge.Agent.Kubernetes.Wire;

namespace CniBridge.Agent.Kubernetes;

/// <summary>
/// Lists and watches the nodes of a cluster (Kubernetes API concepts, "Efficient detection of changes"), and patches their status.
/// </summary>
sealed class ApiClient : IDisposable
{
    /// <summary>The time for an answer's header, and for a whole list.</summary>
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A watch may stay silent this much longer than the server was asked to keep it open.</summary>
    internal static readonly TimeSpan WatchGrace = TimeSpan.FromSeconds(15);

    const int MaxErrorBytes = 64 * 1024, MaxVersion = 128;

    readonly ApiAccess _access;
    readonly HttpClient _http;
    readonly string _address;
    readonly TimeSpan _timeout;

    internal ApiClient(ApiAccess access, TimeSpan? timeout = null)
    {
        (_access, _timeout) = (access, timeout ?? DefaultTimeout);
        _address = $"{ApiConnection.GetAddress(access).AbsoluteUri.TrimEnd('/')}/api/v1/nodes";
        _http = new HttpClient(ApiConnection.Create(access)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Host and port of the server, for messages.</summary>
    internal string Server => _access.Server.Authority;

    /// <summary>Reads all nodes from the server's watch cache.</summary>
    /// <exception cref="ApiException">The server cannot be reached, refuses, or does not answer in time.</exception>
    internal NodeList ListNodes(CancellationToken cancellation) => Guard(_timeout, deadline =>
    {
        // Version 0 means any version that the cache has; without it each list costs the server a read from etcd.
        using var response = Send("resourceVersion=0", "", deadline.Token);
        using var body = response.Content.ReadAsStream(deadline.Token);
        // A read of the body does not see the token.
        using var abort = deadline.Token.Register(body.Dispose);
        var list = NodeFormats.Of(response.Content.Headers.ContentType?.MediaType).ReadList(body);
        deadline.Token.ThrowIfCancellationRequested();
        RequireVersion(list.ResourceVersion);
        return list;
    }, cancellation);

    /// <summary>Calls <paramref name="handle"/> for each change since a resource version, until the server ends the watch.</summary>
    /// <param name="duration">How long the server is asked to keep the watch open.</param>
    /// <param name="opened">Called when the server has accepted the watch.</param>
    /// <exception cref="ApiException">
    /// The watch failed; <see cref="ApiException.NeedsList"/> where the server no longer knows the version.
    /// </exception>
    internal void WatchNodes(
        string resourceVersion, TimeSpan duration, Action opened, Action<NodeEvent> handle, CancellationToken cancellation) =>
        Guard(duration + WatchGrace, deadline =>
        {
            var seconds = ((int)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            using var header = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
            header.CancelAfter(_timeout);
            using var response = Send(
                $"watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}&resourceVersion={Uri.EscapeDataString(resourceVersion)}",
                ";stream=watch", header.Token);
            using var body = response.Content.ReadAsStream(deadline.Token);
            using var abort = deadline.Token.Register(body.Dispose);
            opened();
            foreach (var one in NodeFormats.Of(response.Content.Headers.ContentType?.MediaType).ReadEvents(body))
            {
                RequireVersion(one.Failure is null ? one.Node.ResourceVersion : throw one.Failure);
                handle(one);
            }
            deadline.Token.ThrowIfCancellationRequested();
            return true;
        }, cancellation);

    /// <summary>Applies a strategic merge patch in JSON to the status of a node.</summary>
    /// <exception cref="ApiException">The server cannot be reached, refuses, or does not answer in time.</exception>
    internal void PatchNodeStatus(string name, byte[] patch, CancellationToken cancellation) => Guard(_timeout, deadline =>
    {
        using var request = CreateRequest(HttpMethod.Patch, $"/{Uri.EscapeDataString(name)}/status");
        request.Content = new ByteArrayContent(patch);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/strategic-merge-patch+json");
        using var response = Send(
            request, "it forbids to patch the status of nodes (403): grant patch of nodes/status in RBAC", deadline.Token);
        return true;
    }, cancellation);

    public void Dispose() => _http.Dispose();

    HttpResponseMessage Send(string query, string parameter, CancellationToken cancellation)
    {
        using var request = CreateRequest(HttpMethod.Get, $"?{query}");
        request.Headers.TryAddWithoutValidation("Accept", $"{ProtobufFormat.MediaType}{parameter}, {JsonFormat.MediaType}");
        return Send(request, "it forbids to list and watch nodes (403): grant both verbs in RBAC", cancellation);
    }

    /// <summary>Returns a request with the credentials.</summary>
    /// <param name="rest">The part of the address that follows /api/v1/nodes.</param>
    HttpRequestMessage CreateRequest(HttpMethod method, string rest)
    {
        var request = new HttpRequestMessage(method, new Uri($"{_address}{rest}"));
        // The handler watches an idle connection with asynchronous reads, after which it would be non-blocking (see ApiConnection).
        request.Headers.ConnectionClose = true;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("cni-bridge-agent", null));
        if (_access.ReadToken() is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    /// <param name="forbidden">The reason for an answer 403.</param>
    HttpResponseMessage Send(HttpRequestMessage request, string forbidden, CancellationToken cancellation)
    {
        var response = _http.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw Refusal(response, forbidden, cancellation);
    }

    /// <summary>Refuses a version from which no watch can continue. One of a real server is a number.</summary>
    static void RequireVersion(string version)
    {
        if (version.Length is 0 or > MaxVersion)
            throw new InvalidDataException($"a resource version has {version.Length} characters, not 1 to {MaxVersion}");
    }

    ApiException Refusal(HttpResponseMessage response, string forbidden, CancellationToken cancellation)
    {
        var reason = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => "it does not accept the credentials (401): the token has expired or is of another cluster",
            HttpStatusCode.Forbidden => forbidden,
            HttpStatusCode.Gone => "it no longer knows the resource version (410)",
            var code => $"it answers {(int)code}{ReadMessage(response, cancellation)}",
        };
        return new ApiException($"the API server {Server} refuses: {reason}") { NeedsList = response.StatusCode == HttpStatusCode.Gone };
    }

    /// <summary>Returns the message of the Status in a refusal, or "" if it does not arrive in time or is damaged.</summary>
    static string ReadMessage(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            using var body = response.Content.ReadAsStream(cancellation);
            using var abort = cancellation.Register(body.Dispose);
            var bytes = new byte[MaxErrorBytes];
            var length = body.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            using var status = JsonDocument.Parse(bytes.AsMemory(0, length));
            return status.RootElement.ValueKind == JsonValueKind.Object
                && status.RootElement.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
                ? $": {message.GetString()}"
                : "";
        }
        // The text is no JSON or not valid Unicode, or the body was closed below a read, which fails in one of several ways.
        catch (Exception e) when (cancellation.IsCancellationRequested
            || e is JsonException or IOException or HttpRequestException or InvalidOperationException)
        {
            return "";
        }
    }

    T Guard<T>(TimeSpan limit, Func<CancellationTokenSource, T> action, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(limit);
        try
        {
            return action(deadline);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (OperationCanceledException e)
        {
            throw new ApiException($"the API server {Server} did not answer in time", e);
        }
        // The body was closed below a read, which fails in one of several ways.
        catch (Exception e) when (e is not ApiException && deadline.IsCancellationRequested)
        {
            throw new ApiException($"the API server {Server} did not finish its answer in time", e);
        }
        catch (AccessException e)
        {
            throw new ApiException(e.Message, e);
        }
        catch (InvalidDataException e)
        {
            throw new ApiException($"the API server {Server} sends what is no list of nodes: {e.Message}", e) { NeedsList = true };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ApiException(Describe(e), e);
        }
    }

    string Describe(Exception e) => e switch
    {
        { InnerException: AuthenticationException tls } => $"the API server {Server} cannot be trusted: {DescribeTls(tls)}",
        { InnerException: SocketException socket } => $"cannot reach the API server {Server}: {Describe(socket)}",
        { InnerException: IOException { InnerException: SocketException socket } } =>
            $"the connection to the API server {Server} broke: {Describe(socket)}",
        _ => $"the connection to the API server {Server} failed: {e.Message}",
    };

    /// <summary>Returns the text of the error code. The exception's own message also has the address.</summary>
    static string Describe(SocketException e) => new SocketException((int)e.SocketErrorCode).Message;

    static string DescribeTls(AuthenticationException e)
    {
        if (e.Message.Contains("RemoteCertificateNameMismatch", StringComparison.Ordinal))
            return "its certificate is for another host name";
        if (e.Message.Contains("NotTimeValid", StringComparison.Ordinal))
            return "its certificate has expired or is not valid yet";
        return e.Message.Contains("certificate chain", StringComparison.Ordinal)
            ? "its certificate is not from the given certificate authority"
            : e.InnerException?.Message ?? e.Message;
    }
}
