using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CniBridge.Plugins.Protocol;

namespace CniBridge;

/// <summary>
/// The end of a call that does not end by itself: a directory on a file server that is gone, or more work than the time allows. At
/// the deadline the process writes an error object and exits with 1. It undoes nothing, as if it had been killed; the next DEL
/// removes what it left.
/// </summary>
static unsafe class ProcessDeadline
{
    /// <summary>Runtimes kill a plugin after two minutes or more, and do not say which plugin and why.</summary>
    const int Seconds = 90;

    const string Library = nameof(ProcessDeadline);

    /// <summary>Starts the deadline of this process.</summary>
    internal static void Set()
    {
        // The functions are linked into the native executable only.
        if (RuntimeFeature.IsDynamicCodeSupported)
            return;
        // The bytes of a literal are part of the executable, and never move.
        fixed (byte* answer = DeadlineError.Json)
            process_deadline_set(Seconds, answer, (nuint)DeadlineError.Json.Length);
    }

    /// <summary>Takes the error object back: an answer is about to be written.</summary>
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
