using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Support.SpoofGuards;

namespace CniBridge.EndToEnd.Tests.Crashes;

/// <summary>Tests of macspoofchk with killed plugins and refused system calls at any step.</summary>
public sealed class SpoofCheckCrashTests
{
    /// <summary>The system calls that write: requests to the kernel, the record, and its name.</summary>
    public static TheoryData<string> Calls => ["sendto", "write", "linkat", "unlink"];

    [Theory]
    [MemberData(nameof(Calls))]
    public void DEL_after_a_killed_ADD_leaves_nothing(string systemCall)
    {
        using var node = NewTracedNode();
        var withElements = 0;
        // DEL finds the attachment only by the record, because its configuration has changed.
        for (var number = 1; IsKilled(node, "ADD", $"inject={systemCall}:signal=KILL:when={number}"); number++)
        {
            withElements += Elements(node).Count > 0 ? 1 : 0;
            Call(node, "DEL", "pod", "{}").Succeed();
            AssertNothingLeft(node);
            node.AssertNoResidue("pod");
        }

        Assert.True(withElements > 0 || systemCall != "sendto");
        Assert.Equal(2, Elements(node).Count);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_killed_DEL_is_finished_by_the_next_one(string systemCall)
    {
        using var node = NewTracedNode();
        Add(node, "pod");
        for (var number = 1; IsKilled(node, "DEL", $"inject={systemCall}:signal=KILL:when={number}"); number++)
        {
            Call(node, "DEL", "pod", "{}").Succeed();
            AssertNothingLeft(node);
            Add(node, "pod");
        }

        AssertNothingLeft(node);
    }

    [Theory]
    [InlineData("sendto", "ENOMEM")]
    [InlineData("recvfrom", "ENOBUFS")]
    [InlineData("socket", "EPROTONOSUPPORT")]
    [InlineData("linkat", "ENOSPC")]
    [InlineData("write", "ENOSPC")]
    [InlineData("mkdir", "EROFS")]
    public void An_ADD_with_a_failed_kernel_request_leaves_all_or_nothing(string systemCall, string error)
    {
        using var node = NewTracedNode();
        for (var number = 1; ; number++)
        {
            node.Run("rm", "-rf", "/run/cni-bridge").Succeeded();
            var result = Traced(node, "ADD", $"inject={systemCall}:error={error}:when={number}");
            if (result.ExitCode == 0)
            {
                Assert.Equal(2, Elements(node).Count);
                Call(node, "DEL", "pod").Succeed();
            }

            AssertNothingLeft(node);
            node.AssertNoResidue("pod");
            if (!result.Stderr.Contains("INJECTED", StringComparison.Ordinal))
            {
                Assert.NotEqual(1, number);
                return;
            }
        }
    }

    [Fact]
    public void A_DEL_that_cannot_remove_spoofing_rules_removes_the_rest_and_the_next_one_finishes()
    {
        using var node = NewTracedNode();
        Add(node, "pod");
        var result = Traced(node, "DEL", "inject=socket:error=EPROTONOSUPPORT:when=2");
        for (var number = 1; !result.Stderr.Contains("could not remove the MAC spoofing rules", StringComparison.Ordinal); number++)
        {
            Assert.InRange(number, 1, 5);
            Call(node, "DEL", "pod").Succeed();
            Add(node, "pod");
            result = Traced(node, "DEL", $"inject=socket:error=EPROTONOSUPPORT:when={number}");
        }

        result.Succeeded();
        node.AssertNoResidue("pod");
        Assert.Equal(2, Elements(node).Count);
        Call(node, "DEL", "pod", "{}").Succeed();
        AssertNothingLeft(node);
    }

    static bool IsKilled(ScratchNode node, string verb, string injection)
    {
        var result = Traced(node, verb, injection);
        return result.ExitCode == 137 || result.Succeeded().ExitCode != 0;
    }

    static CommandResult Traced(ScratchNode node, string verb, string injection) =>
        (Call(node, verb, "pod") with { Wrapper = ["strace", "-f", "-qq", "-e", injection] }).Run();

    static ScratchNode NewTracedNode()
    {
        Requirement.Programs("strace");
        return NewNode("pod");
    }
}
