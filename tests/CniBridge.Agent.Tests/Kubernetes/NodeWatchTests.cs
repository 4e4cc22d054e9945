using System.Text;
using CniBridge.Agent.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace CniBridge.Agent.Tests.Kubernetes;

public sealed class NodeWatchTests
{
    static readonly FakeNode s_first = new("node1", "192.168.1.11", "10.244.1.0/24", "fd00:10:1::/64");
    static readonly FakeNode s_second = new("node2", "192.168.1.12", "10.244.2.0/24");

    public static TheoryData<bool> Encodings => [true, false];

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Lists_once_and_then_follows_events(bool isProtobuf)
    {
        await using var api = new FakeApi(isProtobuf);
        api.Nodes.Add(s_first);
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => watch.Names is ["node1"]);
        var node = Assert.Single(watch.Watch.Read().Nodes!);
        Assert.Equal(["10.244.1.0/24", "fd00:10:1::/64"], node.PodRanges);
        Assert.Equal(["192.168.1.11"], node.Addresses);
        Assert.Equal(s_first.CreationTime, node.CreationTime);

        api.Send("ADDED", s_second with { ResourceVersion = "101" });
        watch.WaitUntil(() => watch.Names is ["node1", "node2"]);
        api.Send("MODIFIED", new FakeNode("node1", "192.168.1.111", "10.244.1.0/24") { ResourceVersion = "102" });
        watch.WaitUntil(() => watch.Watch.Read().Nodes!.Any(one => one.Addresses is ["192.168.1.111"]));
        api.Send("DELETED", s_second with { ResourceVersion = "103" });
        watch.WaitUntil(() => watch.Names is ["node1"]);

        Assert.Equal(1, api.ListCount);
        Assert.Equal(["list", "watch 100"], api.Requests);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_heartbeat_is_not_a_change(bool isProtobuf)
    {
        await using var api = new FakeApi(isProtobuf);
        api.Nodes.Add(s_first);
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => watch.Changes == 1);
        var (before, revision, _) = watch.Watch.Read();

        for (var version = 101; version < 200; version++)
            api.Send("MODIFIED", s_first with { ResourceVersion = $"{version}", Ballast = $"{version}" });
        api.Send("ADDED", s_second with { ResourceVersion = "200" });
        watch.WaitUntil(() => watch.Names.Count == 2);

        Assert.Equal(2, watch.Changes);
        var (after, next, _) = watch.Watch.Read();
        Assert.Equal(revision + 1, next);
        // The object of the list, not that of the last heartbeat.
        Assert.Same(before[0], after.Single(static node => node.Name == "node1"));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task The_next_watch_continues_from_the_last_bookmark_without_a_list(bool isProtobuf)
    {
        await using var api = new FakeApi(isProtobuf);
        api.Nodes.Add(s_first);
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => api.Requests.Contains("watch 100"));

        api.Send("BOOKMARK", new FakeNode("", "") { ResourceVersion = "4711" });
        api.EndWatch();
        watch.WaitUntil(() => api.Requests.Contains("watch 4711"));

        Assert.Equal(["node1"], watch.Names);
        Assert.Equal(1, api.ListCount);
        Assert.Null(watch.Watch.Read().Failure);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_forgotten_version_in_an_event_leads_to_a_new_list(bool isProtobuf)
    {
        await using var api = new FakeApi(isProtobuf);
        api.Nodes.Add(s_first);
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => api.Requests.Contains("watch 100"));

        api.Nodes.Add(s_second);
        api.Version = "5000";
        api.SendError(410, "too old resource version: 100 (4000)");
        watch.WaitUntil(() => watch.Names.Count == 2 && api.Requests.Contains("watch 5000"));

        Assert.Equal(2, api.ListCount);
        Assert.Null(watch.Watch.Read().Failure);
    }

    [Fact]
    public async Task A_forgotten_version_as_status_leads_to_a_new_list_and_keeps_the_nodes_meanwhile()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_first);
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => api.Requests.Contains("watch 100"));

        api.Override = context => Refuse(context, StatusCodes.Status410Gone, isWatchOnly: true);
        api.EndWatch();
        watch.WaitUntil(() => api.ListCount > 3);
        Assert.Equal(["node1"], watch.Names);

        api.Override = static _ => Task.FromResult(false);
        watch.WaitUntil(() => watch.Watch.Read().Failure is null);
    }

    [Fact]
    public async Task A_broken_frame_leads_to_a_new_list()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_first);
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => api.Requests.Contains("watch 100"));

        api.Nodes.Add(s_second);
        api.SendBytes([0, 0, 0, 50, 1, 2, 3]);
        api.EndWatch();

        watch.WaitUntil(() => watch.Names.Count == 2);
        Assert.Equal(2, api.ListCount);
    }

    [Theory]
    [InlineData(StatusCodes.Status401Unauthorized, "credentials (401)")]
    [InlineData(StatusCodes.Status403Forbidden, "forbids to list and watch nodes (403)")]
    [InlineData(StatusCodes.Status500InternalServerError, "answers 500: out of order")]
    public async Task A_refusal_keeps_the_nodes_and_is_reported_in_one_sentence(int status, string expected)
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_first);
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => api.Requests.Contains("watch 100"));

        api.Override = context => Refuse(context, status);
        api.EndWatch();
        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        Assert.Contains(expected, watch.Watch.Read().Failure, StringComparison.Ordinal);
        Assert.Equal(["node1"], watch.Names);
    }

    [Theory]
    [InlineData("{\"message\": \"\\ud800\"}", "answers 500")]
    [InlineData("{\"message\": \"\u00ff\"}", "answers 500")]
    [InlineData("{\"message\": {\"a\": [1]}}", "answers 500")]
    [InlineData("[", "answers 500")]
    public async Task A_refusal_with_a_damaged_message_is_reported_without_it(string body, string expected)
    {
        await using var api = new FakeApi();
        api.Override = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.Body.WriteAsync(Encoding.Latin1.GetBytes(body));
            return true;
        };
        using var watch = new RunningWatch(api.Access());

        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        Assert.EndsWith(expected, watch.Watch.Read().Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_whose_body_does_not_end_is_reported_in_time(bool isWatch)
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_first);
        api.Override = async context =>
        {
            if (isWatch && context.Request.Query["watch"] != "true")
                return false;
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.Body.WriteAsync("{\"mess"u8.ToArray());
            await context.Response.Body.FlushAsync();
            return await FakeApi.HangAsync(context);
        };
        using var watch = new RunningWatch(api.Access(), timeout: TimeSpan.FromMilliseconds(300));

        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        Assert.EndsWith("answers 500", watch.Watch.Read().Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_an_answer_is_reported_at_the_deadline()
    {
        await using var api = new FakeApi();
        api.Override = FakeApi.HangAsync;
        using var watch = new RunningWatch(api.Access(), timeout: TimeSpan.FromMilliseconds(300));

        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        Assert.Contains("did not answer in time", watch.Watch.Read().Failure, StringComparison.Ordinal);
        Assert.Equal(0, watch.Watch.Read().Revision);
    }

    [Fact]
    public async Task A_list_that_stops_halfway_is_reported_at_the_deadline()
    {
        await using var api = new FakeApi();
        api.Override = async context =>
        {
            context.Response.ContentType = "application/vnd.kubernetes.protobuf";
            await context.Response.Body.WriteAsync("k8s\0"u8.ToArray());
            await context.Response.Body.FlushAsync();
            return await FakeApi.HangAsync(context);
        };
        using var watch = new RunningWatch(api.Access(), timeout: TimeSpan.FromMilliseconds(300));

        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        Assert.Contains("did not finish its answer in time", watch.Watch.Read().Failure, StringComparison.Ordinal);
    }

    // In a small cluster the next event comes only after a minute.
    [Fact]
    public async Task A_failure_ends_when_a_watch_is_open_again()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_first);
        using var watch = new RunningWatch(api.Access());
        watch.WaitUntil(() => api.Requests.Contains("watch 100"));
        api.Override = context => Refuse(context, StatusCodes.Status500InternalServerError);
        api.EndWatch();
        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        api.Override = static _ => Task.FromResult(false);

        watch.WaitUntil(() => watch.Watch.Read().Failure is null);
        Assert.Equal(1, api.ListCount);
    }

    [Fact]
    public async Task A_silent_watch_is_not_a_failure()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_first);
        using var watch = new RunningWatch(api.Access(), timeout: TimeSpan.FromMilliseconds(300));
        watch.WaitUntil(() => api.Requests.Contains("watch 100"));

        // Longer than a request may take. The same watch must still deliver events afterwards.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        api.Send("ADDED", s_second with { ResourceVersion = "101" });
        watch.WaitUntil(() => watch.Names.Count == 2);

        Assert.Null(watch.Watch.Read().Failure);
        Assert.Equal(["list", "watch 100"], api.Requests);
    }

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        await using var api = new FakeApi();
        api.Override = async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html>captive portal</html>");
            return true;
        };
        using var watch = new RunningWatch(api.Access());

        watch.WaitUntil(() => watch.Watch.Read().Failure is not null);

        Assert.Contains("content type text/html", watch.Watch.Read().Failure, StringComparison.Ordinal);
    }

    static async Task<bool> Refuse(HttpContext context, int status, bool isWatchOnly = false)
    {
        if (isWatchOnly && context.Request.Query["watch"] != "true")
            return false;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(
            System.Text.Encoding.UTF8.GetBytes(JsonEncoding.Status(status, "out of order").ToJsonString()));
        return true;
    }
}
