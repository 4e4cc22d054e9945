namespace CniBridge.Linux.Files;

/// <summary>Detects whether standard output is a terminal.</summary>
public static unsafe class Terminal
{
    const int StandardOutput = 1;

    public static bool IsOutput
    {
        get
        {
            // struct winsize, asm-generic/termios.h
            var size = stackalloc ushort[4];
            return LibC.ioctl(StandardOutput, LibC.TIOCGWINSZ, size) == 0;
        }
    }
}
