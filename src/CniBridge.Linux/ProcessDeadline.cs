namespace CniBridge.Linux;

/// <summary>
/// The end of a process that does not end by itself. A directory on a server that is gone keeps a system call waiting for
/// ever, and its thread can do nothing about it; the kernel can: SIGALRM, which nobody here handles, ends the process, as
/// a kill would at that point. So nothing is undone, and nothing is half done that the next DEL would not find.
/// </summary>
public static class ProcessDeadline
{
    /// <param name="seconds">Beginning now; replaces what was set before, and 0 takes it away.</param>
    public static void Set(int seconds) => _ = LibC.alarm((uint)seconds);
}
