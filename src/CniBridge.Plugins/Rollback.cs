namespace CniBridge.Plugins;

/// <summary>
/// The undos of what was done so far. Each step that changes something pushes its undo right after it; leaving the scope
/// without <see cref="Cancel"/> runs them, newest first. An undo that fails is logged and never hides the first error.
/// </summary>
public sealed class Rollback(TextWriter log) : IDisposable
{
    readonly Stack<(string What, Action Undo)> _steps = new();

    /// <param name="what">Words that finish "could not …".</param>
    public void Push(string what, Action undo) => _steps.Push((what, undo));

    /// <summary>All is well: keep what was done.</summary>
    public void Cancel() => _steps.Clear();

    public void Dispose()
    {
        while (_steps.TryPop(out var step))
        {
            try
            {
                step.Undo();
            }
            // Whatever it is: the steps below must still be undone, and the first error told.
#pragma warning disable CA1031
            catch (Exception e)
            {
                log.WriteLine($"rollback: could not {step.What}: {e.Message}");
            }
#pragma warning restore CA1031
        }
    }
}
