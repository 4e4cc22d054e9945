using System.Text;
using CniBridge.Linux.Processes;

namespace CniBridge.Linux.Tests;

public sealed class ChildProcessTests
{
    static readonly Dictionary<string, string> s_environment = new() { ["PATH"] = "/usr/bin:/bin", ["GREETING"] = "hello" };

    /// <summary>Runs a script from its own file, because a program has a path and no arguments.</summary>
    static ChildResult Run(string script, byte[] input)
    {
        var path = Path.Combine(Path.GetTempPath(), $"cni-bridge-{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
        };
        using (var file = new StreamWriter(path, options))
            file.Write($"#!/bin/sh\n{script}\n");
        try
        {
            return ChildProcess.Run(path, s_environment, input);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_result_contains_output_errors_and_exit_code()
    {
        var result = Run("cat; echo oops >&2; exit 3", "some text"u8.ToArray());

        Assert.Equal(3, result.ExitCode);
        Assert.Equal("some text", Encoding.UTF8.GetString(result.Output));
        Assert.Equal("oops\n", Encoding.UTF8.GetString(result.Errors));
    }

    [Fact]
    public void The_program_gets_only_the_given_environment() =>
        Assert.Equal("hello/none\n", Encoding.UTF8.GetString(Run("echo $GREETING/${HOME-none}", []).Output));

    [Fact]
    public void Input_and_output_may_exceed_the_size_of_a_pipe()
    {
        var input = Enumerable.Range(0, 1_000_000).Select(i => (byte)i).ToArray();

        var result = Run("head -c 500000 /dev/zero >&2; cat", input);

        Assert.Equal(input, result.Output);
        Assert.Equal(500_000, result.Errors.Length);
    }

    [Fact]
    public void A_program_that_does_not_read_its_input_does_not_block() =>
        Assert.Equal(0, Run("exec 0<&-; exit 0", new byte[1_000_000]).ExitCode);

    [Fact]
    public void A_signal_is_reported_with_its_number() => Assert.Equal(128 + 9, Run("kill -9 $$", []).ExitCode);

    // grep reads all of yes only if nothing stops yes; SIGPIPE must.
    [Fact]
    public void Child_programs_get_the_default_action_of_SIGPIPE() =>
        Assert.Equal("y\n", Encoding.UTF8.GetString(Run("yes 2>&1 | head -n 1", []).Output));

    [Theory]
    [InlineData("/nonexistent/program", Errno.ENOENT)]
    [InlineData("/etc/passwd", 13)]
    public void The_error_for_a_program_that_cannot_start_has_the_reason(string path, int errno)
    {
        var error = Assert.Throws<KernelException>(() => ChildProcess.Run(path, s_environment, []));

        Assert.Equal(errno, error.Errno);
        Assert.StartsWith($"could not start {path}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_inherits_no_descriptors()
    {
        using var open = File.OpenRead("/etc/passwd");

        Assert.DoesNotContain("/etc/passwd", Encoding.UTF8.GetString(Run("ls -l /proc/self/fd", []).Output), StringComparison.Ordinal);
    }
}
