namespace CniBridge.Linux.Processes;

/// <summary>The umask of this process (umask(2)).</summary>
public static class ProcessUmask
{
    /// <summary>
    /// Sets the umask to 022, so that new files and directories get the intended modes. Hardened nodes use 077, so that other users
    /// could not run the plugins. The caller's umask may also be 0.
    /// </summary>
    public static void Set() => LibC.umask(0b000_010_010);
}
