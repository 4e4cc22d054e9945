using CniBridge.Linux;

namespace CniBridge.Plugins.Operations;

/// <summary>The last calls of the plugins on this node.</summary>
public sealed class OperationLog(string path = OperationLog.DefaultPath)
{
    public const string DefaultPath = "/var/lib/cni-bridge/operations.log";

    /// <summary>Some 2,000 calls.</summary>
    const int MaxBytes = 1 << 20;

    readonly BoundedLog _lines = new(path, MaxBytes);

    /// <summary>Where it cannot be kept, the call is as good without.</summary>
    internal void TryAppend(Operation operation)
    {
        try
        {
            _lines.Append(operation.ToLine());
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            // A read-only file system, a full disk: nobody is helped by a word of it on each call.
        }
    }

    /// <summary>Oldest first.</summary>
    /// <exception cref="IOException">It is there, and cannot be read.</exception>
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
