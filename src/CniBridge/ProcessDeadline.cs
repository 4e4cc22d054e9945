using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CniBridge.Plugins.Protocol;

namespace CniBridge;

/// <summary>
/// The deadline of a plugin call, for example when a file server no longer answers. At the deadline the process writes an error
/// object and exits with 1. It undoes nothing, as if it had been killed; the next DEL removes the leftovers.
/// </summary>
static unsafe class ProcessDeadline
{
    /// <summary>Runtimes kill a plugin after two minutes or more, and do not report which plugin it was and why.</summary>
    const int Seconds = 90;

    const string Library = nameof(ProcessDeadline);

    /// <summary>Starts the deadline of this process. Does nothing in a process that is not the native executable.</summary>
    internal static void Set()
    {
        // The functions are linked into the native executable only.
        if (RuntimeFeature.IsDynamicCodeSupported)
            return;
        // The bytes of a literal are part of the executable, and never move.
        fixed (byte* answer = DeadlineError.Json)
            process_deadline_set(Seconds, answer, (nuint)DeadlineError.Json.Length);
    }

    /// <summary>Disables the error object of the deadline, because the plugin is about to write its own answer.</summary>
    internal static void Answer()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            process_deadline_answer();
    }

    // void process_deadline_set(unsigned int seconds, const char *answer, size_t length);
    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern void process_deadline_set(uint seconds, byte* answer, nuint length);

    // void process_deadline_answer(void);
    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern void process_deadline_answer();
}
