using System.Globalization;
using System.Text.Json;
using CniBridge.Agent.Kubernetes.Wire;
using CniBridge.Agent.Loop;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Agent.Kubernetes;

/// <summary>
/// Clears this node's condition NetworkUnavailable while the agent is ready. Cloud controllers set it for a node without a route of the
/// cloud. Kubernetes then taints the node, so that it gets no pods. A node without the condition is not changed.
/// </summary>
/// <param name="schedule">The pauses between two patches.</param>
sealed class NetworkCondition(ApiClient client, string nodeName, WatchSchedule schedule, AgentLog log, bool isDryRun)
    : INodeCondition, INodeObserver, IDisposable
{
    const string Reason = "CniBridgeIsUp", Message = "cni-bridge-agent maintains the routes of this node";

    /// <summary>After a patch and this time without another one, the next pause is the first one again.</summary>
    static readonly TimeSpan s_calmAfter = TimeSpan.FromMinutes(5);

    /// <summary>The longest wait for a signal, which comes with each change.</summary>
    static readonly TimeSpan s_longWait = TimeSpan.FromHours(1);

    /// <summary>The longest wait for the thread at the end. A request ends at once when it is cancelled.</summary>
    static readonly TimeSpan s_endTimeout = TimeSpan.FromSeconds(5);

    readonly CancellationTokenSource _stop = new();
    readonly Trigger _wake = new();
    readonly Lock _lock = new();
    Trigger? _agent;
    Thread? _thread;

    /// <summary>This node's name as the server spells it, or null if the server has no such node.</summary>
    string? _name;

    /// <summary>The status of the condition; empty if the node does not have it.</summary>
    string _status = "";

    /// <summary>The number of lists and events that were taken.</summary>
    int _taken;

    string? _failure;
    bool _isReady;

    /// <summary>True if a dry run has logged the patch.</summary>
    bool _isForetold;

    long _lastPatch;

    public bool IsSet
    {
        get
        {
            lock (_lock)
                return _name is not null && _status is not ("" or "False");
        }
    }

    public string? Failure
    {
        get
        {
            lock (_lock)
                return _failure;
        }
    }

    public void Start(Trigger trigger)
    {
        _agent = trigger;
        _thread = new Thread(Run) { IsBackground = true, Name = "condition" };
        _thread.Start();
    }

    public void SetReady(bool isReady)
    {
        lock (_lock)
            _isReady = isReady;
        _wake.Set();
    }

    public void Replace(NodeList list) => Take(list.Nodes.FirstOrDefault(IsOwn));

    public void Apply(NodeEvent one)
    {
        if (IsOwn(one.Node))
            Take(one.Type == NodeEventType.Deleted ? null : one.Node);
    }

    bool IsOwn(NodeObject node) => NodeNames.AreEqual(node.Name, nodeName);

    void Take(NodeObject? node)
    {
        lock (_lock)
            (_name, _status, _taken) = (node?.Name, node?.NetworkUnavailable ?? "", _taken + 1);
        _wake.Set();
    }

    void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (FindNodeToPatch() is { } name)
            {
                Clear(name);
                continue;
            }
            SetFailure(null);
            _wake.Wait(s_longWait);
        }
    }

    string? FindNodeToPatch()
    {
        lock (_lock)
            return _isReady && !_isForetold && IsSet ? _name : null;
    }

    void Clear(string name)
    {
        // A controller that sets the condition again and again must not cause a stream of patches, so each patch is followed by a pause.
        if (Environment.TickCount64 - _lastPatch > s_calmAfter.TotalMilliseconds)
            schedule.Reset();
        _lastPatch = Environment.TickCount64;
        try
        {
            Patch(name);
            SetFailure(null);
            log.Information($"{(isDryRun ? "would clear" : "cleared")} the condition {NodeObject.NetworkCondition} of the node {name}");
        }
        catch (ApiException e)
        {
            SetFailure($"the condition {NodeObject.NetworkCondition} of the node is not cleared: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            return;
        }
        schedule.WaitBeforeRetry(_stop.Token);
    }

    void Patch(string name)
    {
        _isForetold = isDryRun;
        if (isDryRun)
            return;
        int taken;
        lock (_lock)
            taken = _taken;
        client.PatchNodeStatus(name, CreatePatch(), _stop.Token);
        lock (_lock)
        {
            // The event of the watch comes later. An event that came meanwhile may be older or newer than the patch, so it counts: a second
            // patch is harmless.
            if (taken == _taken)
                _status = "False";
        }
    }

    static byte[] CreatePatch()
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("status");
            json.WriteStartArray("conditions");
            json.WriteStartObject();
            json.WriteString("type", NodeObject.NetworkCondition);
            json.WriteString("status", "False");
            json.WriteString("reason", Reason);
            json.WriteString("message", Message);
            json.WriteString("lastHeartbeatTime", time);
            json.WriteString("lastTransitionTime", time);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    void SetFailure(string? failure)
    {
        lock (_lock)
        {
            if (_failure == failure)
                return;
            _failure = failure;
        }
        _agent?.Set();
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _wake.Stop();
        if (_thread?.Join(s_endTimeout) != false)
            _stop.Dispose();
    }
}
