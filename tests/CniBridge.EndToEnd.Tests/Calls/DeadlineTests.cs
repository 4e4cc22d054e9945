using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of a call that does not end by itself: the runtime gets an error object, and DEL cleans up.</summary>
public sealed class DeadlineTests
{
    const int Sigalrm = 14;

    // strace sends the signal that alarm(2) sends after 90 seconds.
    [Theory]
    [InlineData("linkat")]
    [InlineData("write")]
    public void A_call_past_its_deadline_prints_an_error_and_DEL_cleans_up(string systemCall)
    {
        using var node = NewNode();
        var call = RawCall.Of(node, "ADD", Configurations.Plain);
        for (var number = 1; ; number++)
        {
            var result = (call with { Wrapper = ["strace", "-qq", "-e", $"inject={systemCall}:signal=ALRM:when={number}"] }).Run();
            if (!result.Stderr.Contains("--- SIGALRM", StringComparison.Ordinal))
            {
                result.Succeeded();
                Assert.NotEqual(1, number);
                return;
            }
            // After the result has been written, the process ends without a message.
            if (result.Stdout.Contains("\"ips\"", StringComparison.Ordinal))
            {
                Assert.NotEmpty(JsonDocument.Parse(result.Stdout).RootElement.GetProperty("ips").EnumerateArray());
            }
            else
            {
                AssertDeadlineError(result);
            }
            RawCall.Of(node, "DEL", Configurations.Plain).Succeed();
            node.AssertNoResidue("pod");
            Assert.Empty(node.Reservations());
        }
    }

    // The FIFO has no writer and is never closed.
    [Fact]
    public void A_call_that_waits_in_the_kernel_prints_an_error_too()
    {
        using var node = NewNode();
        node.Run("mkfifo", "/run/endless").Succeeded();
        var result = (RawCall.Of(node, "ADD", Configurations.Plain) with
        {
            Wrapper = ["timeout", "--preserve-status", $"--signal={Sigalrm}", "1"],
            Redirections = "<> /run/endless",
        }).Run();
        AssertDeadlineError(result);
    }

    [Fact]
    public void The_kernel_keeps_both_deadlines()
    {
        using var node = NewNode();
        var traced = (RawCall.Of(node, "VERSION", "") with { Wrapper = ["strace", "-qq", "-e", "trace=alarm,timer_create,timer_settime"] })
            .Run();
        Assert.Contains("alarm(90)", traced.Stderr, StringComparison.Ordinal);
        Assert.Contains("sigev_signo=SIGKILL", traced.Stderr, StringComparison.Ordinal);
        Assert.Contains("it_value={tv_sec=92, tv_nsec=0}", traced.Stderr, StringComparison.Ordinal);
    }

    static void AssertDeadlineError(CommandResult result)
    {
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Equal(11, result.Json.GetProperty("code").GetInt32());
        Assert.Equal("the plugin did not finish within 90 seconds", result.Json.GetProperty("msg").GetString());
    }

    static ScratchNode NewNode()
    {
        Requirement.Node("strace");
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}
