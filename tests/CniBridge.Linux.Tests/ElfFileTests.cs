using CniBridge.Linux.Files;

namespace CniBridge.Linux.Tests;

public sealed class ElfFileTests
{
    static byte[] Program => File.ReadAllBytes("/bin/true");

    // readelf -hl prints the same values.
    [Fact]
    public void A_program_of_the_machine_is_complete_and_names_its_interpreter()
    {
        var elf = ElfFile.TryRead(Program)!;
        Assert.True(elf.IsWhole);
        var (exitCode, output) = HelperProgram.Run("", "readelf", "-hlW", "/bin/true");
        Assert.SkipWhen(exitCode is null, "readelf is not installed");
        Assert.Equal(output.Contains("INTERP", StringComparison.Ordinal), elf.HasInterpreter);
        Assert.Equal(output.Contains("X86-64", StringComparison.Ordinal), elf.Machine == 62);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_truncated_program_is_not_complete(int missing) => Assert.False(ElfFile.TryRead(Program.AsSpan()[..^missing])!.IsWhole);

    [Fact]
    public void A_header_alone_is_not_a_complete_program() => Assert.False(ElfFile.TryRead(Program.AsSpan(0, 64))!.IsWhole);

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    public void Bytes_shorter_than_a_header_are_not_a_program(int length) => Assert.Null(ElfFile.TryRead(Program.AsSpan(0, length)));

    [Fact]
    public void A_script_is_not_an_ELF_file() =>
        Assert.Null(ElfFile.TryRead(System.Text.Encoding.ASCII.GetBytes("#!/bin/sh\n".PadRight(100))));

    [Fact]
    public void Offsets_outside_the_file_cause_no_failure()
    {
        var program = Program;
        program.AsSpan(32, 8).Fill(0xff);
        Assert.False(ElfFile.TryRead(program)!.IsWhole);
        program = Program;
        program.AsSpan(40, 8).Fill(0xff);
        Assert.False(ElfFile.TryRead(program)!.IsWhole);
    }
}
