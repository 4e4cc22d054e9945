using System.Diagnostics;
using CniBridge.Linux.Processes;

namespace CniBridge.Linux.Tests;

public sealed class ChildStreamTests
{
    static readonly Dictionary<string, string> s_environment = new() { ["PATH"] = "/usr/bin:/bin", ["GREETING"] = "hello" };

    static ChildStream Start(string script, double? seconds = 30) =>
        new("/bin/sh", ["-c", script, "name", "a b", "c\"d"], s_environment, seconds is { } time ? TimeSpan.FromSeconds(time) : null);

    static string ReadAll(ChildStream child)
    {
        using var reader = new StreamReader(child, leaveOpen: true);
        return reader.ReadToEnd();
    }

    [Fact]
    public void Output_errors_and_the_exit_code_are_the_program_s()
    {
        using var child = Start("echo \"$GREETING/${HOME-none}/$1/$2\"; echo oops >&2; exit 3");

        Assert.Equal("hello/none/a b/c\"d\n", ReadAll(child));
        Assert.Equal(3, child.Wait());
        Assert.Equal("oops\n", child.Errors);
    }

    [Fact]
    public void Output_is_there_while_the_program_runs()
    {
        using var child = Start("echo one; exec sleep 100");
        var buffer = new byte[100];

        Assert.Equal(4, child.Read(buffer));
        child.Kill();
        Assert.Equal(0, child.Read(buffer));
        Assert.Equal(128 + 9, child.Wait());
    }

    [Fact]
    public void It_has_no_input()
    {
        using var child = Start("cat; echo end");

        Assert.Equal("end\n", ReadAll(child));
    }

    [Fact]
    public void Large_error_output_does_not_block_and_64_KiB_are_kept()
    {
        using var child = Start("head -c 500000 /dev/zero >&2; echo end");

        Assert.Equal("end\n", ReadAll(child));
        Assert.Equal(64 * 1024, child.Errors.Length);
    }

    [Fact]
    public void Output_that_is_not_read_is_discarded()
    {
        using var child = Start("head -c 500000 /dev/zero; exit 4");

        Assert.Equal(4, child.Wait());
    }

    [Theory]
    [InlineData("exec sleep 100")]
    [InlineData("exec sleep 100 >&- 2>&-")]
    [InlineData("while :; do echo; done")]
    [InlineData("sleep 100 & exit 0")]
    public void A_program_that_does_not_end_in_time_is_given_up(string script)
    {
        var watch = Stopwatch.StartNew();
        using (var child = Start(script, 0.3))
            Assert.Equal("/bin/sh did not end in time", Assert.Throws<TimeoutException>(() => child.Wait()).Message);

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_program_ends_with_its_owner()
    {
        string pid;
        using (var child = Start("echo $$; exec sleep 100"))
        {
            var buffer = new byte[100];
            pid = System.Text.Encoding.ASCII.GetString(buffer, 0, child.Read(buffer)).Trim();
            Assert.True(Directory.Exists($"/proc/{pid}"));
        }

        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public void Descriptors_are_closed_whatever_happens()
    {
        var before = Directory.GetFiles("/proc/self/fd").Length;
        for (var i = 0; i < 100; i++)
        {
            using (var child = Start("echo x"))
                child.Wait();
            using (Start("exec sleep 100"))
            {
            }
            Assert.Throws<KernelException>(() => new ChildStream("/nonexistent/program", [], s_environment, null));
        }

        // Other tests have theirs; one of ours in each round would be a hundred.
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 60);
    }

    [Fact]
    public void A_program_that_cannot_start_is_an_error_with_the_reason()
    {
        var error = Assert.Throws<KernelException>(() => new ChildStream("/nonexistent/program", [], s_environment, null));

        Assert.Equal("could not start /nonexistent/program: no such file or directory", error.Message);
    }
}
