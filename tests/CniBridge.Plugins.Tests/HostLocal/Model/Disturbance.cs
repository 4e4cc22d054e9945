using CniBridge.Linux;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>The exception that ends a killed call. No later step changes a file.</summary>
sealed class EndedCall() : Exception("killed");

/// <summary>The disturbance of a call: none, a kill, or a failed change of a file.</summary>
/// <param name="After">The number of successful changes before the disturbance; null for no disturbance.</param>
sealed record Disturbance(int? After, bool IsKill)
{
    /// <summary>The text in the message of a failed change.</summary>
    internal const string Text = "do what the test forbids";

    internal static Disturbance None { get; } = new(null, false);

    /// <returns>True if the call was disturbed. It may end before.</returns>
    internal bool Run(Action call)
    {
        if (After is not { } left)
        {
            call();
            return false;
        }
        var isDisturbed = false;
        CrashPoint.OnReached(() =>
        {
            if (left-- > 0 || (isDisturbed && !IsKill))
                return;
            isDisturbed = true;
            throw IsKill ? new EndedCall() : new KernelException(Text, Errno.ENOSPC);
        });
        try
        {
            call();
        }
        catch (EndedCall)
        {
        }
        finally
        {
            CrashPoint.OnReached(null);
        }
        return isDisturbed;
    }

    public override string ToString() => After is null ? "" : $" {(IsKill ? "killed" : "failing")} after {After}";
}
