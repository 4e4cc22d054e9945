using System.Diagnostics;

namespace CniBridge.Linux;

/// <summary>
/// The moment before each step that changes files of ours: a test ends a call there as a kill or a full disk would, thousands of
/// times a second, which no kill of a process can. Debug builds alone have it; in the program that is shipped there is nothing.
/// </summary>
public static class CrashPoint
{
    [ThreadStatic]
    static Action? t_reached;

    /// <summary>Of this thread; null: nothing happens.</summary>
    public static void OnReached(Action? action) => t_reached = action;

    [Conditional("DEBUG")]
    internal static void Pass() => t_reached?.Invoke();
}
