namespace CniBridge.Plugins.Recovery;

/// <summary>
/// The undo steps of a request. Each step that changes something pushes its undo right behind it. Leaving the scope without
/// <see cref="Cancel"/> runs them, newest first. A failing undo is logged and never hides the first error.
/// </summary>
public sealed class Rollback(TextWriter log) : IDisposable
{
    readonly Stack<(string What, Action Undo)> _steps = new();

    /// <summary>Adds an undo step.</summary>
    /// <param name="what">The words behind "could not" in the log.</param>
    /// <param name="undo">The step.</param>
    public void Push(string what, Action undo) => _steps.Push((what, undo));

    /// <summary>Keeps the changes: the request has succeeded.</summary>
    public void Cancel() => _steps.Clear();

    public void Dispose()
    {
        while (_steps.TryPop(out var step))
        {
            try
            {
                step.Undo();
            }
            // After any failure, the remaining steps must run, and the caller must get the first error.
#pragma warning disable CA1031
            catch (Exception e)
            {
                log.WriteLine($"rollback: could not {step.What}: {e.Message}");
            }
#pragma warning restore CA1031
        }
    }
}
