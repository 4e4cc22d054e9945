using System.Text;

namespace CniBridge.Node.Inspection.Configurations;

/// <summary>A line and a column, both counted from 1. A column counts UTF-16 code units.</summary>
public readonly record struct TextPosition(int Line, int Column)
{
    internal static TextPosition At(byte[] text, long offset)
    {
        var before = text.AsSpan(0, (int)Math.Min(offset, text.Length));
        var start = before.LastIndexOf((byte)'\n') + 1;
        return new TextPosition(before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[start..]) + 1);
    }
}
