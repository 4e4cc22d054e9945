using CniBridge.Linux;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>The process is gone: nothing that comes after changes a file.</summary>
sealed class EndedCall() : Exception("killed");

/// <summary>How a call is disturbed: not at all, by a kill, or by one change of a file that fails.</summary>
/// <param name="After">Changes that go well before; null: all do.</param>
sealed record Disturbance(int? After, bool IsKill)
{
    /// <summary>In the message of a change that fails.</summary>
    internal const string Text = "do what the test forbids";

    internal static Disturbance None { get; } = new(null, false);

    /// <returns>Was it disturbed? A call may end before.</returns>
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
