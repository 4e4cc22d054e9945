namespace CniBridge.Linux;

/// <summary>The umask of this process (umask(2)).</summary>
public static class ProcessUmask
{
    /// <summary>
    /// Sets the umask to 022, so that new files and directories have the modes that the code asks for. The umask of the caller is
    /// 077 on hardened nodes, where other users could then not run the plugins, and may be 0.
    /// </summary>
    public static void Set() => LibC.umask(0b000_010_010);
}
