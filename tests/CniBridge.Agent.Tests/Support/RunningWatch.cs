using System.Diagnostics;
using CniBridge.Agent.Access;
using CniBridge.Agent.Kubernetes;

namespace CniBridge.Agent.Tests.Support;

/// <summary>A node watch with short pauses on a separate thread.</summary>
sealed class RunningWatch : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    readonly CancellationTokenSource _stop = new();
    readonly ApiClient _client;
    readonly Thread _thread;
    int _changes;

    internal RunningWatch(ApiAccess access, TimeSpan? timeout = null, TimeSpan? stableAfter = null)
    {
        _client = new ApiClient(access, timeout);
        Watch = new NodeWatch(_client, new WatchSchedule
        {
            MaxStartDelay = TimeSpan.Zero,
            FirstPause = TimeSpan.FromMilliseconds(20),
            LongestPause = TimeSpan.FromMilliseconds(100),
            StableAfter = stableAfter ?? TimeSpan.FromSeconds(5),
        }, () => Interlocked.Increment(ref _changes));
        _thread = new Thread(() => Watch.Run(_stop.Token));
        _thread.Start();
    }

    internal NodeWatch Watch { get; }

    internal int Changes => _changes;

    internal IReadOnlyList<string> Names => [.. (Watch.Read().Nodes ?? []).Select(node => node.Name).Order()];

    /// <summary>Waits for a state. Fails with the present state after a time that is long enough for any machine.</summary>
    internal void WaitUntil(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition();)
        {
            Assert.True(
                clock.Elapsed < s_patience,
                $"{Names.Count} nodes [{string.Join(", ", Names.Take(20))}], failure {Watch.Read().Failure}, changes {Changes}");
            Thread.Sleep(5);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        Assert.True(_thread.Join(s_patience), "the watch does not stop");
        _client.Dispose();
        _stop.Dispose();
    }
}
