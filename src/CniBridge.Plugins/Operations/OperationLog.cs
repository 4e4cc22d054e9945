using CniBridge.Linux;
using CniBridge.Linux.Files;

namespace CniBridge.Plugins.Operations;

/// <summary>The last calls of the plugins on this node.</summary>
public sealed class OperationLog(string path = OperationLog.DefaultPath)
{
    public const string DefaultPath = "/var/lib/cni-bridge/operations.log";

    /// <summary>The size limit in bytes, enough for about 2,000 calls.</summary>
    const int MaxBytes = 1 << 20;

    readonly BoundedLog _lines = new(path, MaxBytes);

    /// <summary>Adds a call to the log. A failure is ignored, because the call itself succeeded or failed without the log.</summary>
    internal void TryAppend(Operation operation)
    {
        try
        {
            _lines.Append(operation.ToLine());
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            // A read-only file system or a full disk: a message on each call would not help.
        }
    }

    /// <summary>Returns the calls, oldest first.</summary>
    /// <exception cref="IOException">The log exists but cannot be read.</exception>
    public IReadOnlyList<Operation> Read()
    {
        var operations = new List<Operation>();
        foreach (var line in _lines.Read())
        {
            if (Operation.TryParse(line) is { } operation)
                operations.Add(operation);
        }
        return operations;
    }
}
