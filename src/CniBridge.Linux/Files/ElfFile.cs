using System.Buffers.Binary;

namespace CniBridge.Linux.Files;

/// <summary>The headers of a program (elf(5), 64 bits, little endian).</summary>
public sealed class ElfFile
{
    /// <summary>The machine architecture: EM_… of elf.h.</summary>
    public int Machine { get; private init; }

    /// <summary>True if the file is at least as long as its headers say.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>True if the program needs a dynamic loader, so that it is not static.</summary>
    public bool HasInterpreter { get; private set; }

    const int HeaderSize = 64, ProgramHeaderSize = 56;
    const uint PT_INTERP = 3;

    /// <summary>Returns the headers, or null if the file is not a 64-bit little-endian ELF file.</summary>
    /// <param name="file">The whole content of the file.</param>
    public static ElfFile? TryRead(ReadOnlySpan<byte> file)
    {
        // ELFMAG, ELFCLASS64, ELFDATA2LSB
        if (file.Length < HeaderSize || !file.StartsWith("\u007fELF\u0002\u0001"u8))
            return null;
        var sections = BinaryPrimitives.ReadUInt64LittleEndian(file[40..]);
        var sectionsSize = (ulong)BinaryPrimitives.ReadUInt16LittleEndian(file[58..]) * BinaryPrimitives.ReadUInt16LittleEndian(file[60..]);
        var elf = new ElfFile
        {
            Machine = BinaryPrimitives.ReadUInt16LittleEndian(file[18..]),
            IsWhole = EndsWithin(file, sections, sectionsSize),
        };
        var segments = BinaryPrimitives.ReadUInt64LittleEndian(file[32..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(file[56..]);
        for (var i = 0; i < count; i++)
        {
            var offset = segments + (ulong)(i * ProgramHeaderSize);
            elf.IsWhole &= EndsWithin(file, offset, ProgramHeaderSize);
            if (!elf.IsWhole)
                break;
            elf.ReadSegment(file, file.Slice((int)offset, ProgramHeaderSize));
        }
        return elf;
    }

    void ReadSegment(ReadOnlySpan<byte> file, ReadOnlySpan<byte> segment)
    {
        IsWhole &= EndsWithin(
            file, BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]), BinaryPrimitives.ReadUInt64LittleEndian(segment[32..]));
        HasInterpreter |= BinaryPrimitives.ReadUInt32LittleEndian(segment) == PT_INTERP;
    }

    static bool EndsWithin(ReadOnlySpan<byte> file, ulong offset, ulong size) =>
        offset <= (ulong)file.Length && size <= (ulong)file.Length - offset;
}
