namespace CniBridge.Node.Inspection.Examinations;

/// <summary>File modes in the octal notation of chmod.</summary>
static class FileModes
{
    internal static string Text(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
