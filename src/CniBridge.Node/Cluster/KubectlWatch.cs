using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>
/// Tells soon after a change of a node that the list is worth asking for again. Only that: what is lost here is found when the
/// list is asked for anyway. Nodes report their health every few seconds, so only what differs from what was told before counts.
/// </summary>
public sealed class KubectlWatch(KubectlCommand command) : IDisposable
{
    /// <summary>
    /// The API ends the watch then; a kubectl whose parent was killed lives no longer than that either.
    /// </summary>
    static readonly TimeSpan s_requestTimeout = TimeSpan.FromMinutes(10);

    static readonly string[] s_arguments =
    [
        "get", "nodes", "--watch", "--output-watch-events",
        "-o", "jsonpath={.type} {.object.metadata.name} {.object.metadata.uid} {.object.spec.podCIDRs} {.object.status.addresses}{\"\\n\"}",
    ];

    readonly Lock _changing = new();
    readonly KubectlLines _lines = new();
    ChildStream? _output;
    bool _isDisposed;

    /// <summary>Why the last watch ended, once it did; empty if it came to its regular end.</summary>
    public string Failure { get; private set; } = "";

    /// <summary>
    /// Starts kubectl if it does not run, and waits until a node changed: for a thread of its own. The first watch tells of all
    /// nodes that there are, so the list that is asked for then has what changed before the watch stood.
    /// </summary>
    /// <returns>False when the watch ended, or was disposed: after a pause the next call starts another.</returns>
    /// <exception cref="RuntimeException">kubectl is not there, or cannot be run.</exception>
    public bool WaitForChange()
    {
        if (TryStart() is not { } output)
            return false;
        try
        {
            if (_lines.ReadChange(output))
                return true;
            var exitCode = output.Wait();
            Failure = exitCode == 0 || _isDisposed ? "" : $"kubectl failed: {KubectlCommand.Describe(output.Errors, exitCode)}";
        }
        catch (IOException e)
        {
            Failure = $"cannot read what kubectl prints: {e.Message}";
        }
        lock (_changing)
            _output = null;
        output.Dispose();
        return false;
    }

    ChildStream? TryStart()
    {
        lock (_changing)
        {
            if (_isDisposed || _output is not null)
                return _isDisposed ? null : _output;
            _lines.Restart();
            return _output = command.Start(s_arguments, s_requestTimeout, timeout: null);
        }
    }

    /// <summary>Ends kubectl; from any thread. Whoever waits is told that the watch ended.</summary>
    public void Dispose()
    {
        lock (_changing)
        {
            _isDisposed = true;
            _output?.Kill();
        }
    }
}
