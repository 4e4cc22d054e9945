using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of the published program: one small static file with several names.</summary>
public sealed class BinaryTests
{
    const int MaxBytes = 8 * 1024 * 1024;

    const string SupportedVersions = "CNI protocol versions supported: 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0";

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    [Fact]
    public void The_program_needs_no_other_file()
    {
        Requirement.Programs("file", "readelf");

        Assert.Matches("ELF 64-bit .*static(ally|-pie) linked", Run("file", "-L", Program).Succeeded().Stdout);
        Assert.DoesNotContain("INTERP", Run("readelf", "-lW", Program).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("NEEDED", Run("readelf", "-dW", Program).Succeeded().Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_is_not_larger_than_8_MiB() => Assert.InRange(new FileInfo(Program).Length, 1, MaxBytes);

    [Theory]
    [InlineData("bridge")]
    [InlineData("host-local")]
    [InlineData("loopback")]
    [InlineData("portmap")]
    public void The_plugins_are_links_to_the_program(string role) =>
        Assert.Equal("cni-bridge", new FileInfo(Path.Combine(PluginDirectory.UnderTest, role)).LinkTarget);

    [Theory]
    [InlineData("bridge")]
    [InlineData("host-local")]
    [InlineData("loopback")]
    [InlineData("portmap")]
    public void A_plugin_that_is_called_by_hand_describes_itself(string role)
    {
        var result = Run(Path.Combine(PluginDirectory.UnderTest, role)).Succeeded();

        Assert.Empty(result.Stdout);
        var lines = result.Stderr.Split('\n');
        Assert.StartsWith($"CNI {role} plugin ", lines[0], StringComparison.Ordinal);
        Assert.Matches("[0-9]+\\.[0-9]+\\.[0-9]+", lines[0]);
        Assert.Equal(SupportedVersions, lines[1]);
    }

    [Theory]
    [InlineData("bridge")]
    [InlineData("host-local")]
    [InlineData("loopback")]
    [InlineData("portmap")]
    [InlineData("cni-bridge")]
    public void VERSION_is_answered_without_any_other_variable_or_input(string role)
    {
        var environment = new Dictionary<string, string> { ["CNI_COMMAND"] = "VERSION" };
        using var process = new RunningProcess(Path.Combine(PluginDirectory.UnderTest, role), [], environment);
        var result = process.WaitForExit().Succeeded();

        Assert.Equal(
            """{"cniVersion":"1.1.0","supportedVersions":["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}""",
            Assert.Single(result.Stdout.TrimEnd('\n').Split('\n')));
        Assert.Empty(result.Stderr);
    }

    [Fact]
    public void A_call_runs_no_program_starts_no_thread_and_does_not_sleep()
    {
        Requirement.Programs("strace");
        using var node = NewNode();
        foreach (var (verb, others) in new[] { ("ADD", ""), ("DEL", "clone poll") })
        {
            var call = RawCall.Of(node, verb, Configurations.Plain) with
            {
                Wrapper = [
                    "strace", "-f", "-e", "trace=execve,execveat,fork,vfork,clone,clone3,nanosleep,clock_nanosleep,poll,select"],
            };
            var calls = Regex.Matches(call.Succeed().Stderr, @"^(?:\[pid +\d+\] )?(\w+\(.*)$", RegexOptions.Multiline)
                .Select(match => match.Groups[1].Value).ToList();

            Assert.StartsWith("execve(", calls[0], StringComparison.Ordinal);
            // DEL forks the child that waits for the kernel (WaitingChildTests), and waits for its announcement.
            Assert.Equal(others, string.Join(' ', calls.Skip(1).Select(line => line[..line.IndexOf('(', StringComparison.Ordinal)])));
            Assert.DoesNotContain(calls, line => line.Contains("CLONE_THREAD", StringComparison.Ordinal));
        }
    }

    // The search of runtime and library for their configuration costs more than most work of a plugin.
    [Fact]
    public void An_ADD_reads_only_necessary_files()
    {
        Requirement.Programs("strace");
        using var node = NewNode();
        // The first ADD of a network creates its owner index.
        node.AddPod("first");
        RawCall.Of(node, "ADD", Configurations.Plain, "first").Succeed();

        var call = RawCall.Of(node, "ADD", Configurations.Plain) with { Wrapper = ["strace", "-f", "-e", "trace=openat"] };
        var trace = call.Succeed().Stderr;

        Assert.Contains("/proc/sys/net", trace, StringComparison.Ordinal);
        string[] unwanted = ["/dev/urandom", "/proc/self/mountinfo", "/sys/devices/system/node", "/sys/devices/system/cpu/cpu"];
        Assert.All(unwanted, path => Assert.DoesNotContain(path, trace, StringComparison.Ordinal));
    }

    [Fact]
    public void A_call_connects_to_no_other_process()
    {
        Requirement.Programs("strace");
        using var node = NewNode();
        var call = RawCall.Of(node, "ADD", Configurations.Plain) with
        {
            Wrapper = ["strace", "-f", "-e", "trace=connect,socket"],
        };

        var trace = call.Succeed().Stderr;

        // Port ID 0 belongs to the kernel.
        Assert.All(trace.Split('\n').Where(line => line.Contains("connect(", StringComparison.Ordinal)),
            line => Assert.Contains("{sa_family=AF_NETLINK, nl_pid=0,", line, StringComparison.Ordinal));
        var sockets = trace.Split('\n').Where(line => line.Contains("socket(", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(sockets);
        Assert.All(sockets, line => Assert.Contains("AF_NETLINK", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Errors_contain_the_text_of_the_kernel()
    {
        using var node = NewNode();

        RawCall.Of(node, "ADD", Configurations.Plain).With("CNI_NETNS", "/run/netns/missing")
            .Fail(4, "no such file or directory");
        RawCall.Of(node, "ADD", Configurations.WithIpam("""{"subnet": "10.88.0.0/24", "dataDir": "/dev/null/below"}"""))
            .Fail(5, "not a directory");
        RawCall.Of(node, "ADD", Configurations.WithIpam(
            """{"subnet": "10.88.0.0/24", "routes": [{"dst": "1.0.0.0/8", "gw": "192.0.2.1"}]}"""))
            .Fail(5, "unreachable");
    }

    static CommandResult Run(string program, params string[] arguments)
    {
        using var process = new RunningProcess(program, arguments);
        process.FinishInput();
        return process.WaitForExit();
    }

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}
