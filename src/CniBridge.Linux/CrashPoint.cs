using System.Diagnostics;

namespace CniBridge.Linux;

/// <summary>
/// A test hook before each step that changes a file. A test ends a plugin call there, as a kill or a full disk would, much faster
/// than it could kill a process. Only debug builds contain the hook.
/// </summary>
public static class CrashPoint
{
    [ThreadStatic]
    static Action? t_reached;

    /// <summary>Sets the action of the calling thread; null removes it.</summary>
    public static void OnReached(Action? action) => t_reached = action;

    [Conditional("DEBUG")]
    internal static void Pass() => t_reached?.Invoke();
}
