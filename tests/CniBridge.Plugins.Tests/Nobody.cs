using System.Runtime.InteropServices;

namespace CniBridge.Plugins.Tests;

/// <summary>The user who owns nothing, for whoever is root: files then refuse what they refuse others.</summary>
static partial class Nobody
{
    const uint Root = 0, Id = 65534;

    /// <summary>setfsuid(2): no user has it, so that nothing changes and the present one is told.</summary>
    const uint None = uint.MaxValue;

    internal static bool CanBe { get; } = Environment.IsPrivilegedProcess && Do(() => setfsuid(None) == Id);

    internal static void Do(Action step) => Do(() =>
    {
        step();
        return true;
    });

    /// <summary>For files only, and for this thread only.</summary>
    internal static T Do<T>(Func<T> step)
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
