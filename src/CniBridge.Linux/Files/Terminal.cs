namespace CniBridge.Linux.Files;

/// <summary>Detects whether the standard streams are terminals, and their width.</summary>
public static unsafe class Terminal
{
    const int StandardOutput = 1, StandardError = 2;

    public static bool IsOutput => IsTerminal(StandardOutput);

    public static bool IsError => IsTerminal(StandardError);

    /// <summary>Returns the number of columns of standard output; 0 if it is no terminal, or the terminal does not tell its size.</summary>
    public static int FindWidth() => TryGetSize(StandardOutput, out var columns) ? columns : 0;

    static bool IsTerminal(int descriptor) => TryGetSize(descriptor, out _);

    static bool TryGetSize(int descriptor, out int columns)
    {
        // struct winsize, asm-generic/termios.h: rows, columns, and the size in pixels
        var size = stackalloc ushort[4];
        var isTerminal = LibC.ioctl(descriptor, LibC.TIOCGWINSZ, size) == 0;
        columns = isTerminal ? size[1] : 0;
        return isTerminal;
    }
}
