namespace CniBridge.Node.Inspection;

/// <summary>Modes of files as chmod writes them.</summary>
static class FileModes
{
    internal static string Text(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
