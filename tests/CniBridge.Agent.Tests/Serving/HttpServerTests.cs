using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CniBridge.Agent.Serving;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Tests;

namespace CniBridge.Agent.Tests.Serving;

/// <summary>
/// Tests of the server of probes and metrics on the loopback address of a namespace, with well-behaved and hostile callers.
/// </summary>
public sealed class HttpServerTests : IDisposable
{
    const string Request = "GET /metrics HTTP/1.1\r\nHost: node\r\n\r\n";

    /// <summary>The time limit for one caller. The hostile callers of a test together have more than 30 s.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2), s_soon = TimeSpan.FromSeconds(12);

    readonly ScratchNamespace _scratch = new();
    readonly NetworkNamespace _namespace;
    readonly HttpServer _server;
    readonly ConcurrentQueue<string> _told = [];
    readonly List<Socket> _sockets = [];
    readonly MetricsReader _reader;
    Func<string> _read = () => "metric 1\n";

    public HttpServerTests()
    {
        _reader = new MetricsReader(() => _read());
        _namespace = _scratch.Open();
        Assert.Equal(0, HelperProgram.Run("", "nsenter", $"--net={_scratch.Path}", "ip", "link", "set", "lo", "up").ExitCode);
        _server = _namespace.Run(() => new HttpServer(new IPEndPoint(IPAddress.Loopback, 0), Find, _told.Enqueue));
    }

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _server?.Dispose();
        _namespace?.Dispose();
        _scratch.Dispose();
    }

    HttpAnswer? Find(string path) => path != "/metrics" ? null
        : _reader.Read() is (true, var text) ? new HttpAnswer(HttpStatusCode.OK, text)
        : new HttpAnswer(HttpStatusCode.InternalServerError, _reader.Read().Text);

    Socket Connect() => _namespace.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        _sockets.Add(socket);
        socket.Connect(_server.Endpoint);
        return socket;
    });

    Socket Send(string text)
    {
        var socket = Connect();
        socket.Send(Encoding.ASCII.GetBytes(text));
        return socket;
    }

    /// <summary>Receives data until the server closes the connection.</summary>
    static string Receive(Socket socket)
    {
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        for (int count; (count = socket.Receive(buffer)) > 0;)
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        return text.ToString();
    }

    void AssertAnswersAtOnce()
    {
        var watch = Stopwatch.StartNew();
        var answer = Receive(Send(Request));
        Assert.EndsWith("\r\n\r\nmetric 1\n", answer, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, s_soon);
    }

    [Fact]
    public void Silent_callers_do_not_delay_others()
    {
        for (var i = 0; i < 3 * HttpServer.MaxCallers; i++)
            Send(i % 2 == 0 ? "" : "GET /met");
        AssertAnswersAtOnce();
        AssertAnswersAtOnce();
    }

    [Theory]
    [InlineData("127.0.0.1:9469")]
    [InlineData("[::1]:65535")]
    [InlineData("[fe80::1%1]:9469")]
    public void An_address_with_a_port_is_an_endpoint(string text) => Assert.Equal(text, HttpServer.ParseEndpoint(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("9469")]
    [InlineData(":9469")]
    [InlineData("localhost:9469")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:http")]
    [InlineData("[::1]")]
    [InlineData("::1:9469")]
    [InlineData("[::1:9469")]
    public void Other_texts_are_no_endpoint(string text) => Assert.Equal(
        $"invalid endpoint \"{text}\": use an address and a port, such as 127.0.0.1:9469",
        Assert.Throws<FormatException>(() => HttpServer.ParseEndpoint(text)).Message);

    [Fact]
    public void Pipelined_requests_have_one_answer()
    {
        var text = Receive(Send(Request + Request));

        Assert.StartsWith("HTTP/1.1 200 ", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("HTTP/1.1 ").Length);
    }

    [Fact]
    public void A_request_without_end_has_an_answer_or_none_and_delays_no_other()
    {
        var socket = Connect();
        Assert.Throws<SocketException>(() =>
        {
            for (var sent = 0; sent < 64 * 1024 * 1024; sent += 1000)
                socket.Send(Encoding.ASCII.GetBytes(new string('x', 1000)));
        });
        AssertAnswersAtOnce();
    }

    // Once, each byte restarted the two seconds.
    [Fact]
    public void A_slow_caller_has_one_deadline_for_its_request()
    {
        var slow = Send("G");
        var watch = Stopwatch.StartNew();
        Assert.Throws<SocketException>(() =>
        {
            while (watch.Elapsed < TimeSpan.FromSeconds(15))
            {
                slow.Send("E"u8);
                if (slow.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead) && slow.Receive(new byte[1]) == 0)
                    throw new SocketException((int)SocketError.ConnectionReset);
            }
        });
        Assert.InRange(watch.Elapsed, s_patience - TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(12));
        AssertAnswersAtOnce();
    }

    [Fact]
    public void A_client_that_does_not_read_does_not_delay_others()
    {
        _read = () => new string('x', 32 * 1024 * 1024);
        for (var i = 0; i < HttpServer.MaxCallers - 1; i++)
            Send(Request);
        _read = () => "metric 1\n";
        AssertAnswersAtOnce();
    }

    [Fact]
    public void Waiting_callers_share_the_next_reading()
    {
        var count = 0;
        using var mayGoOn = new ManualResetEventSlim();
        var reader = new MetricsReader(() =>
        {
            mayGoOn.Wait(20_000);
            return $"metric {Interlocked.Increment(ref count)}\n";
        });
        var callers = Enumerable.Range(0, 20).Select(_ => new Thread(() => Assert.True(reader.Read().IsGood))).ToList();
        callers.ForEach(caller => caller.Start());
        Assert.True(
            SpinWait.SpinUntil(
            () => callers.TrueForAll(caller => caller.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin)), 20_000));
        // The next reading must begin in a later tick than all calls.
        var tick = Environment.TickCount64;
        Assert.True(SpinWait.SpinUntil(() => Environment.TickCount64 > tick, 20_000));
        mayGoOn.Set();
        callers.ForEach(caller => caller.Join());

        Assert.Equal(2, count);
        // The text is new.
        Assert.Equal("metric 3\n", reader.Read().Text);
    }

    [Fact]
    public void A_failed_reading_is_reported_to_the_caller_and_the_server_continues()
    {
        _read = () => throw new InvalidOperationException("the node is odd");
        var answer = Receive(Send(Request));
        Assert.StartsWith("HTTP/1.1 500 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("the node is odd\n", answer, StringComparison.Ordinal);
        _read = () => "metric 1\n";
        AssertAnswersAtOnce();
        Assert.Empty(_told);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("POST /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 ")]
    [InlineData("\r\n\r\n", "HTTP/1.1 405 ")]
    public void Other_requests_are_refused(string request, string answer) =>
        Assert.StartsWith(answer, Receive(Send(request)), StringComparison.Ordinal);
}
