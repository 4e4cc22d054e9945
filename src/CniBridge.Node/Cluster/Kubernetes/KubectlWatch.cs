using CniBridge.Linux.Processes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Kubernetes;

/// <summary>
/// A watch that reports when the list of nodes should be read again. A missed event does no harm, because the list is also read
/// periodically. Nodes report their health every few seconds, so only changed values count.
/// </summary>
public sealed class KubectlWatch(KubectlCommand command) : IDisposable
{
    /// <summary>The time after which the API server ends the watch. It also limits the life of a kubectl whose parent was killed.</summary>
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

    /// <summary>The reason why the last watch ended; empty after a regular end.</summary>
    public string Failure { get; private set; } = "";

    /// <summary>
    /// Starts kubectl if it does not run, and waits until a node changes. It blocks, so it needs a thread of its own. The first watch
    /// reports all existing nodes, so a list read after it includes earlier changes.
    /// </summary>
    /// <returns>False if the watch ended or was disposed. Call again after a pause to start another one.</returns>
    /// <exception cref="RuntimeException">kubectl was not found, or cannot be executed.</exception>
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
            Failure = $"cannot read the output of kubectl: {e.Message}";
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

    /// <summary>Kills kubectl. Any thread may call it; a waiting call then returns false.</summary>
    public void Dispose()
    {
        lock (_changing)
        {
            _isDisposed = true;
            _output?.Kill();
        }
    }
}
