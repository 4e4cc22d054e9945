namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>
/// The waits of a plugin for notifications of the kernel, as strace shows them. A wait that ends at its deadline is a fault, independently
/// of the speed of the machine.
/// </summary>
static class WaitTrace
{
    /// <summary>Returns the words before a plugin that trace it.</summary>
    /// <param name="name">A name for the trace.</param>
    public static string[] Wrapper(string name) => ["strace", "-f", "-qq", "-e", "trace=recvfrom", "-o", PathOf(name)];

    /// <summary>Asserts that the plugin received messages, and that no wait for one ended at its deadline.</summary>
    public static void AssertNoneTimedOut(ScratchNode node, string name)
    {
        var lines = File.ReadAllLines(node.FromOutside(PathOf(name)));
        Assert.Contains(lines, line => line.Contains("recvfrom(", StringComparison.Ordinal));
        // With MSG_DONTWAIT, a socket only returns received messages.
        Assert.DoesNotContain(lines, line =>
            line.Contains("EAGAIN", StringComparison.Ordinal) && !line.Contains("MSG_DONTWAIT", StringComparison.Ordinal));
    }

    static string PathOf(string name) => $"{Node.Directory}/waits.{name}";
}
