using System.Text.Json;
using CniBridge.Agent.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace CniBridge.Agent.Tests.Kubernetes;

public sealed class NetworkConditionTests
{
    static readonly FakeNode s_available = new("Node1", "192.168.1.11", "10.244.1.0/24");
    static readonly FakeNode s_unavailable = s_available with { NetworkUnavailable = "True" };
    static readonly FakeNode s_other = new("node2", "192.168.1.12", "10.244.2.0/24") { NetworkUnavailable = "True" };

    public static TheoryData<bool> Encodings => [true, false];

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Clears_the_condition_of_its_own_node_when_the_agent_is_ready(bool isProtobuf)
    {
        await using var api = new FakeApi(isProtobuf);
        api.Nodes.AddRange([s_other, s_unavailable]);
        using var running = new RunningCondition(api.Access(), "node1");
        running.WaitUntil(() => running.Condition.IsSet);
        Assert.Empty(api.Patches);

        running.Condition.SetReady(true);
        running.WaitUntil(() => running.Log.Contains("info: cleared the condition NetworkUnavailable", StringComparison.Ordinal));

        Assert.Contains("patch /api/v1/nodes/Node1/status", api.Requests);
        var (type, text) = Assert.Single(api.Patches);
        Assert.Equal("application/strategic-merge-patch+json", type);
        AssertIsPatch(text);
        Assert.False(running.Condition.IsSet);
        Assert.Null(running.Condition.Failure);
    }

    static void AssertIsPatch(string text)
    {
        using var patch = JsonDocument.Parse(text);
        var conditions = Assert.Single(Assert.Single(patch.RootElement.EnumerateObject()).Value.EnumerateObject());
        var condition = Assert.Single(conditions.Value.EnumerateArray());
        Assert.Equal(
            ("status", "conditions", "NetworkUnavailable", "False", "CniBridgeIsUp"),
            (patch.RootElement.EnumerateObject().First().Name, conditions.Name, condition.GetProperty("type").GetString(),
                condition.GetProperty("status").GetString(), condition.GetProperty("reason").GetString()));
        foreach (var time in new[] { "lastHeartbeatTime", "lastTransitionTime" })
            Assert.InRange(condition.GetProperty(time).GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
    }

    // The watch says that a controller set the condition again.
    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Clears_a_condition_that_comes_back(bool isProtobuf)
    {
        await using var api = new FakeApi(isProtobuf);
        api.Nodes.Add(s_unavailable);
        using var running = new RunningCondition(api.Access(), "node1", isReady: true);
        running.WaitUntil(() => api.Patches.Count == 1);

        api.Send("MODIFIED", s_unavailable with { ResourceVersion = "101" });
        running.WaitUntil(() => api.Patches.Count == 2);

        api.Send("MODIFIED", s_unavailable with { ResourceVersion = "102", NetworkUnavailable = "Unknown" });
        running.WaitUntil(() => api.Patches.Count == 3);
    }

    // It may be older or newer than the patch.
    [Fact]
    public async Task An_event_that_arrives_during_a_patch_is_not_lost()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_unavailable);
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        api.Override = async context =>
        {
            if (HttpMethods.IsPatch(context.Request.Method))
                await released.Task;
            return false;
        };
        using var running = new RunningCondition(api.Access(), "node1", isReady: true);
        running.WaitUntil(() => api.Requests.Contains("patch /api/v1/nodes/Node1/status") && api.Requests.Contains("watch 100"));

        api.Send("MODIFIED", s_unavailable with { ResourceVersion = "101" });
        running.WaitUntil(() => running.SeenVersion == "101");
        released.SetResult();

        running.WaitUntil(() => api.Patches.Count == 2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("False")]
    public async Task A_node_that_is_not_unavailable_is_not_patched(string status)
    {
        await using var api = new FakeApi();
        api.Nodes.AddRange([s_other, s_available with { NetworkUnavailable = status }]);
        using var running = new RunningCondition(api.Access(), "node1", isReady: true);
        running.WaitUntil(() => api.Requests.Contains("watch 100"));
        api.Send("MODIFIED", s_available with { NetworkUnavailable = status, ResourceVersion = "101" });
        api.Send("MODIFIED", s_other with { ResourceVersion = "102" });
        running.WaitUntil(() => running.SeenVersion == "102");

        // The thread that patches has handled the events: it answers the last one.
        api.Send("MODIFIED", s_unavailable with { ResourceVersion = "103" });
        running.WaitUntil(() => !api.Patches.IsEmpty);

        Assert.Single(api.Patches);
    }

    [Fact]
    public async Task A_refusal_names_the_missing_right_and_is_repeated_until_it_is_granted()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_unavailable);
        api.Override = static context => RefusePatch(context, StatusCodes.Status403Forbidden);
        using var running = new RunningCondition(api.Access(), "node1", isReady: true);
        running.WaitUntil(() => running.Condition.Failure is not null);
        Assert.Equal(
            $"the condition NetworkUnavailable of the node is not cleared: the API server {new Uri(api.Address).Authority} refuses: it " +
            "forbids to patch the status of nodes (403): grant patch of nodes/status in RBAC", running.Condition.Failure);
        running.WaitUntil(() => api.Requests.Count(static one => one.StartsWith("patch", StringComparison.Ordinal)) > 3);
        Assert.True(running.Condition.IsSet);

        api.Override = static _ => Task.FromResult(false);
        running.WaitUntil(() => running.Condition.Failure is null && !api.Patches.IsEmpty);
        Assert.False(running.Condition.IsSet);
    }

    [Fact]
    public async Task A_node_that_is_deleted_ends_the_attempts()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_unavailable);
        api.Override = static context => RefusePatch(context, StatusCodes.Status404NotFound);
        using var running = new RunningCondition(api.Access(), "node1", isReady: true);
        running.WaitUntil(() => running.Condition.Failure is not null && api.Requests.Contains("watch 100"));

        api.Send("DELETED", s_unavailable with { ResourceVersion = "101" });

        running.WaitUntil(() => running.Condition.Failure is null);
        Assert.False(running.Condition.IsSet);
    }

    // A new list without the node says the same as its deletion.
    [Fact]
    public async Task A_node_that_a_new_list_lacks_ends_the_attempts()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_unavailable);
        using var running = new RunningCondition(api.Access(), "node1");
        running.WaitUntil(() => running.Condition.IsSet && api.Requests.Contains("watch 100"));

        api.Nodes.Clear();
        api.Nodes.Add(s_other);
        api.SendError(410, "too old resource version");

        running.WaitUntil(() => !running.Condition.IsSet);
    }

    [Fact]
    public async Task A_dry_run_reports_its_planned_change_once()
    {
        await using var api = new FakeApi();
        api.Nodes.Add(s_unavailable);
        using var running = new RunningCondition(api.Access(), "node1", isReady: true, isDryRun: true);
        const string line = "would clear the condition NetworkUnavailable of the node Node1\n";
        running.WaitUntil(() => running.Log.Contains(line, StringComparison.Ordinal) && api.Requests.Contains("watch 100"));

        api.Send("MODIFIED", s_unavailable with { ResourceVersion = "101" });
        running.WaitUntil(() => running.SeenVersion == "101");

        Assert.Equal($"info: {line}", running.Log);
        Assert.Empty(api.Patches);
        Assert.True(running.Condition.IsSet);
    }

    static Task<bool> RefusePatch(HttpContext context, int status)
    {
        var isPatch = HttpMethods.IsPatch(context.Request.Method);
        if (isPatch)
            context.Response.StatusCode = status;
        return Task.FromResult(isPatch);
    }
}
