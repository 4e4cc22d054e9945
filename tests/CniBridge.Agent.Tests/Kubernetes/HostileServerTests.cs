using System.Text;
using CniBridge.Agent.Kubernetes.Wire;
using CniBridge.Agent.Tests.Support;

namespace CniBridge.Agent.Tests.Kubernetes;

/// <summary>Answers that no API server gives. Each is one sentence of the watch, which tries again with pauses.</summary>
public sealed class HostileServerTests
{
    const string Ok = "HTTP/1.1 200 OK\r\n", Json = "Content-Type: application/json\r\n";

    const int TooMany = (NodeMemory.Max / 500_000) + 2;

    const string Protobuf = "Content-Type: application/vnd.kubernetes.protobuf\r\n";

    [Theory]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n", "refuses: it answers 302")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "the answer has no content type")]
    [InlineData(Ok + "Content-Length: 2\r\n\r\n{}", "the answer has no content type")]
    [InlineData(Ok + "Content-Type: ;;=\r\nContent-Length: 2\r\n\r\n{}", "the answer has no content type")]
    [InlineData(Ok + Json + "Content-Length: 2\r\n\r\n{}", "the kind of the answer is \"\", not NodeList")]
    [InlineData(Ok + Json + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u001f\u008b\u0008\u0000", "the answer is not valid JSON")]
    [InlineData(Ok + Json + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", "failed: ")]
    [InlineData(Ok + Json + "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff1\r\n{}\r\n", "failed: ")]
    [InlineData(Ok + Json + "Transfer-Encoding: chunked\r\n\r\n2\r\n{", "failed: ")]
    [InlineData(Ok + Json + "Content-Length: 4000000000\r\n\r\n{\"kind\"", "failed: ")]
    [InlineData(Ok + Json + "Content-Length: -1\r\n\r\n{}", "not NodeList")]
    [InlineData("HTTP/1.0 200 OK\r\n" + Json + "\r\n{\"kind\": \"Node", "not valid JSON")]
    [InlineData("HTTP/1.0 200 OK\r\n" + Json + "\r\n{\"kind\": \"NodeList\", \"items\": []}", "a resource version has 0 characters")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "failed: ")]
    [InlineData("", "failed: ")]
    [InlineData("HTTP/1.1 99999 Many\r\n\r\n", "failed: ")]
    [InlineData(Ok + Protobuf + "Content-Length: 8\r\n\r\nk8s\u0000\u000a\u00ff\u00ff\u00ff", "the answer is damaged")]
    [InlineData(Ok + Protobuf + "Content-Length: 4\r\n\r\nk8s\u0000", "the answer contains no NodeList")]
    [InlineData(Ok + Protobuf + "Content-Length: 4\r\n\r\n{\"a\"", "Kubernetes' magic number")]
    public void An_answer_that_is_no_list_is_one_sentence(string answer, string expected)
    {
        using var server = new RawServer(stream => stream.Write(Encoding.Latin1.GetBytes(answer)));
        using var watch = new RunningWatch(server.Access);

        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        Assert.True(watch.Watch.Read().Failure!.Contains(expected, StringComparison.Ordinal), watch.Watch.Read().Failure);
        Assert.Equal(0, watch.Watch.Read().Revision);
    }

    [Fact]
    public void An_endless_header_is_refused()
    {
        using var server = new RawServer(static stream =>
        {
            stream.Write("HTTP/1.1 200 OK\r\n"u8);
            while (true)
                stream.Write(Encoding.ASCII.GetBytes($"X-A: {new string('x', 1000)}\r\n"));
        });
        using var watch = new RunningWatch(server.Access);

        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        Assert.Contains("failed: ", watch.Watch.Read().Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_endless_list_ends_with_the_limit(bool isProtobuf)
    {
        await using var api = new FakeApi(isProtobuf);
        api.Nodes.AddRange(Enumerable.Range(0, TooMany).Select(Huge));
        using var watch = new RunningWatch(api.Access());

        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        const string expected = "sends what is no list of nodes: its nodes need more than 32 MiB of memory";
        Assert.EndsWith(expected, watch.Watch.Read().Failure, StringComparison.Ordinal);
        Assert.Empty(watch.Names);
    }

    [Fact]
    public async Task Endless_new_nodes_in_a_watch_end_with_the_limit()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(Node(0));
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => api.Requests.Contains("watch 100"));

        for (var number = 1; number <= TooMany; number++)
            api.Send("ADDED", Huge(number));

        // The list removes the nodes of the flood. The next watch may get the rest of it.
        watch.WaitUntil(() => api.ListCount > 1 && watch.Names.Contains("node0") && watch.Names.Count < 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Many_huge_values_of_a_node_are_limited_and_its_routes_are_kept(bool isProtobuf)
    {
        await using var api = new FakeApi(isProtobuf);
        api.Nodes.Add(new FakeNode(new string('n', 100_000), new string('1', 100_000),
            [.. Enumerable.Range(0, 10_000).Select(number => $"10.{number >> 8}.{number & 255}.0/24")]));
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => watch.Names.Count == 1);

        var node = watch.Watch.Read().Nodes[0];

        Assert.Equal((254, 254, 1000), (node.Name.Length, node.Addresses[0].Length, node.PodRanges.Count));
        Assert.Equal("the node has more than 1000 pod CIDRs", Assert.Single(node.Damages).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("long")]
    public async Task A_version_from_which_no_watch_can_continue_is_refused(string version)
    {
        await using var api = new FakeApi();
        api.Nodes.Add(Node(0));
        api.Version = version.Length == 0 ? "" : new string('1', 100_000);
        using var watch = new RunningWatch(api.Access());

        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        Assert.Contains("a resource version has ", watch.Watch.Read().Failure, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Requests, static request => request.StartsWith("watch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_without_a_version_leads_to_a_new_list()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(Node(0));
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => api.Requests.Contains("watch 100"));

        api.Send("BOOKMARK", new FakeNode("", "") { ResourceVersion = "" });

        watch.WaitUntil(() => api.Requests.Count(static request => request == "watch 100") > 1);
        Assert.Equal(2, api.ListCount);
    }

    // Each end is followed by a pause of 10 ms at least: a busy loop would ask thousands of times.
    [Fact]
    public async Task A_watch_that_ends_at_once_is_repeated_with_pauses_and_without_lists()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(Node(0));
        api.Override = context =>
        {
            var isWatch = context.Request.Query["watch"] == "true";
            context.Response.ContentType = "application/vnd.kubernetes.protobuf;stream=watch";
            return Task.FromResult(isWatch);
        };
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => api.Requests.Count > 3);
        var (before, start) = (api.Requests.Count, Environment.TickCount64);
        watch.WaitUntil(() => api.Requests.Count >= before + 20);

        // The last pauses have 50 to 100 ms.
        Assert.True(Environment.TickCount64 - start > 20 * 10, "no pauses");
        Assert.Equal(1, api.ListCount);
    }

    [Fact]
    public async Task A_long_message_of_a_refusal_is_cut()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(Node(0));
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => api.Requests.Contains("watch 100"));

        api.SendError(500, new string('x', 100_000));
        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        Assert.InRange(watch.Watch.Read().Failure!.Length, 100, 1000);
    }

    static FakeNode Node(int number) => new($"node{number}", "192.168.1.11", $"10.{number >> 8}.{number & 255}.0/24");

    /// <summary>A node that needs more than 500,000 bytes.</summary>
    static FakeNode Huge(int number) => new($"node{number}", "192.168.1.11", [.. Enumerable.Repeat(new string('x', 250), 1000)])
    {
        ResourceVersion = $"{100 + number}",
    };
}
