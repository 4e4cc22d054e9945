using System.Runtime.InteropServices;

namespace CniBridge.Plugins.Tests;

/// <summary>An unprivileged user for tests that run as root, so that file permissions apply.</summary>
static partial class UnprivilegedUser
{
    const uint Root = 0, Id = 65534;

    /// <summary>An invalid ID. setfsuid(2) then changes nothing and returns the current ID.</summary>
    const uint None = uint.MaxValue;

    internal static bool IsAvailable { get; } = Environment.IsPrivilegedProcess && Run(() => setfsuid(None) == Id);

    internal static void Run(Action step) => Run(() =>
    {
        step();
        return true;
    });

    /// <summary>Runs a step as this user, only for file access and only on this thread.</summary>
    internal static T Run<T>(Func<T> step)
    {
        _ = setfsuid(Id);
        try
        {
            return step();
        }
        finally
        {
            _ = setfsuid(Root);
        }
    }

    // int setfsuid(uid_t fsuid);
    [LibraryImport("libc")]
    private static partial uint setfsuid(uint fsuid);
}
