using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Installation;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of closed standard streams, and of readers that closed their pipe.</summary>
public sealed partial class ClosedStreamTests
{
    /// <summary>A reused number would send a result or a log line into a file or to the kernel.</summary>
    [Fact]
    public void No_descriptor_gets_the_number_of_a_closed_stream()
    {
        Requirement.Node("strace");
        using var node = new ScratchNode();
        node.AddPod("pod");

        // strace keeps its own streams: a shell behind it closes the plugin's.
        (RawCall.Of(node, "ADD", Configurations.Plain) with
        {
            Wrapper = ["strace", "-o", "/run/calls", "-e", "trace=openat,socket", "sh", "-c", "exec \"$@\" >&- 2>&-", "sh"],
        }).Run();

        var calls = File.ReadAllLines(node.FromOutside("/run/calls"));
        var opened = calls.SkipWhile(line => !line.Contains("\"/dev/null\", O_RDONLY) = 1", StringComparison.Ordinal)).ToList();
        Assert.Contains(opened, line => line.StartsWith("socket(AF_NETLINK", StringComparison.Ordinal));
        Assert.Equal(
            ["openat(AT_FDCWD, \"/dev/null\", O_RDONLY) = 1", "openat(AT_FDCWD, \"/dev/null\", O_RDONLY) = 2"],
            opened.Where(line => StandardNumber().IsMatch(line)));
        node.AssertNoResidue("pod");
    }

    [GeneratedRegex("= [012]$")]
    private static partial Regex StandardNumber();

    // The node must not be left incomplete because an operator reads only the first line.
    [Fact]
    public void An_uninstallation_finishes_after_its_reader_closed_the_pipe()
    {
        using var node = WholeNode.NewNode();
        var before = node.WholeState();
        node.CniBridge("install", "--with-conf", "--pod-cidr", "10.88.0.0/24", "--host-integration").Succeeded();
        node.Run("mkfifo", $"{ScratchNode.Directory}/out").Succeeded();

        var result = node.Run(
            "sh", "-c", $"cd {ScratchNode.Directory}; exec {WholeNode.Program} uninstall 3<>out 4>out 3<&- >&4 4>&-");

        Assert.Equal((141, ""), (result.ExitCode, result.Stderr));
        Assert.Equal(before, node.WholeState());
    }
}
