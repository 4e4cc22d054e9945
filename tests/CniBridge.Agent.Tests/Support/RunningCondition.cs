using System.Diagnostics;
using System.Text;
using CniBridge.Agent.Access;
using CniBridge.Agent.Kubernetes;
using CniBridge.Agent.Kubernetes.Wire;
using CniBridge.Agent.Loop;

namespace CniBridge.Agent.Tests.Support;

/// <summary>A network condition with the watch that it observes, on threads of their own and with short pauses.</summary>
sealed class RunningCondition : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    readonly CancellationTokenSource _stop = new();
    readonly ApiClient _client;
    readonly Thread _watch;
    readonly LockedStream _log = new();
    readonly Observer _observer;

    internal RunningCondition(ApiAccess access, string nodeName, bool isReady = false, bool isDryRun = false)
    {
        _client = new ApiClient(access);
        Condition = new NetworkCondition(_client, nodeName, NewSchedule(), new AgentLog(_log, isJson: false), isDryRun);
        _observer = new Observer(Condition);
        var watch = new NodeWatch(_client, NewSchedule(), static () => { }, _observer);
        _watch = new Thread(() => watch.Run(_stop.Token));
        Condition.SetReady(isReady);
        Condition.Start(new Trigger());
        _watch.Start();
    }

    internal NetworkCondition Condition { get; }

    /// <summary>The resource version of the last event that the condition has seen.</summary>
    internal string SeenVersion => _observer.Version;

    internal string Log => _log.Text;

    static WatchSchedule NewSchedule() => new()
    {
        MaxStartDelay = TimeSpan.Zero,
        FirstPause = TimeSpan.FromMilliseconds(20),
        LongestPause = TimeSpan.FromMilliseconds(100),
    };

    internal void WaitUntil(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition();)
        {
            Assert.True(clock.Elapsed < s_patience, $"is set {Condition.IsSet}, failure {Condition.Failure}, log {Log}");
            Thread.Sleep(5);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        Assert.True(_watch.Join(s_patience), "the watch does not stop");
        Condition.Dispose();
        _client.Dispose();
        _stop.Dispose();
        _log.Dispose();
    }

    sealed class Observer(INodeObserver next) : INodeObserver
    {
        volatile string _version = "";

        internal string Version => _version;

        public void Replace(NodeList list) => next.Replace(list);

        public void Apply(NodeEvent one)
        {
            next.Apply(one);
            _version = one.Node.ResourceVersion;
        }
    }

    /// <summary>A stream that one thread writes and another one reads.</summary>
    sealed class LockedStream : MemoryStream
    {
        readonly Lock _lock = new();

        internal string Text
        {
            get
            {
                lock (_lock)
                    return Encoding.UTF8.GetString(ToArray());
            }
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            lock (_lock)
                base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            lock (_lock)
                base.Write(buffer);
        }
    }
}
