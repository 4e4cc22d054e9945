using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>The child to which a DEL leaves the kernel's waits.</summary>
public sealed class WaitingChildTests
{
    const StringComparison Ordinal = StringComparison.Ordinal;

    static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    [Fact]
    public void DEL_returns_when_the_link_is_gone_and_no_process_remains()
    {
        using var node = SpoofGuards.NewNode("pod");
        for (var round = 0; round < 20; round++)
        {
            SpoofGuards.Add(node, "pod");

            SpoofGuards.Call(node, "DEL", "pod").Succeed();

            node.AssertNoResidue("pod");
            Assert.Empty(SpoofGuards.Elements(node));
        }

        Wait.Until(() => Processes(node).Count == 0, s_soon, () => string.Join(", ", Processes(node)));
    }

    [Fact]
    public void The_child_sends_the_request_and_the_plugin_waits_for_its_announcement()
    {
        using var node = NewTracedNode();
        SpoofGuards.Add(node, "pod");

        var trace = Traced(node, "trace=clone,sendto,recvfrom").Succeeded().Stderr.Split('\n');

        // Without a process ID, a line is about the plugin.
        var deletions = trace.Where(line => line.Contains("nlmsg_type=RTM_DELLINK", Ordinal)).ToList();
        var request = Assert.Single(deletions, line => line.Contains("sendto(", Ordinal));
        Assert.StartsWith("[pid", request, Ordinal);
        var announcement = Assert.Single(deletions, line => line.Contains("recvfrom(", Ordinal));
        Assert.Contains("ifi_family=AF_UNSPEC", announcement, Ordinal);
        Assert.NotEqual(Process(request), Process(announcement));
    }

    // Each leaves the plugin without a child, or with one that ends before it has sent the request.
    [Theory]
    [InlineData("socketpair:error=EMFILE")]
    [InlineData("clone:error=EAGAIN")]
    [InlineData("close_range:error=ENOSYS")]
    [InlineData("close_range:signal=KILL")]
    [InlineData("bind:error=ENOMEM")]
    public void Without_a_child_DEL_waits_itself(string injection)
    {
        using var node = NewTracedNode();
        SpoofGuards.Add(node, "pod");

        var result = Traced(node, $"inject={injection}");

        result.Succeeded();
        Assert.True(result.Stderr.Contains("INJECTED", Ordinal) || result.Stderr.Contains("killed by SIGKILL", Ordinal), result.Stderr);
        node.AssertNoResidue("pod");
        Assert.Empty(SpoofGuards.Elements(node));
    }

    [Fact]
    public void A_refusal_by_the_kernel_is_reported()
    {
        Requirement.Programs("setpriv");
        using var node = NewTracedNode();
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        var call = RawCall.Of(node, "DEL", Configurations.Plain);

        (call with { Wrapper = ["setpriv", "--bounding-set", "-net_admin"] }).FailSomehow("delete the link", "operation not permitted");

        Assert.Single(node.PodLinks(PodNetwork.Bridge));
        Assert.NotEmpty(node.Reservations());
        call.Succeed();
        node.AssertNoResidue("pod");
    }

    // A pipe would make the runtime wait for the child, and the lock of the store would stop other calls.
    [Fact]
    public async Task The_child_keeps_only_sockets()
    {
        using var node = NewTracedNode();
        SpoofGuards.Add(node, "pod");
        var call = SpoofGuards.Call(node, "DEL", "pod") with
        {
            Wrapper = ["strace", "-f", "-qq", "-o", "/run/trace", "-e", "trace=exit_group", "-e", "inject=exit_group:delay_enter=5000000"],
        };

        var deletion = Task.Run(call.Succeed, TestContext.Current.CancellationToken);

        IReadOnlyList<int> children = [];
        Wait.Until(() => (children = Children(node)).Count == 2 && children.All(HasOnlySockets), s_soon, () => string.Join(
            '\n', children.SelectMany(child => Targets(child).Prepend($"{child}"))));
        await deletion;
        node.AssertNoResidue("pod");
    }

    static CommandResult Traced(ScratchNode node, string option) => (SpoofGuards.Call(node, "DEL", "pod") with
    {
        Wrapper = ["strace", "-f", "-qq", "-s", "4096", "-e", option],
    }).Run();

    static string Process(string line) => line.StartsWith("[pid", Ordinal) ? line[..line.IndexOf(']', Ordinal)] : "";

    static ScratchNode NewTracedNode()
    {
        Requirement.Programs("strace");
        return SpoofGuards.NewNode("pod");
    }

    /// <summary>Returns the processes in the node's network that run the plugin.</summary>
    static List<int> Processes(ScratchNode node)
    {
        var network = node.Run("readlink", "/proc/self/ns/net").Succeeded().Stdout.Trim();
        return [.. Directory.GetDirectories("/proc")
            .Select(name => int.TryParse(Path.GetFileName(name), out var id) ? id : 0)
            .Where(process => Target($"/proc/{process}/ns/net") == network && IsPlugin(process))];
    }

    static List<int> Children(ScratchNode node)
    {
        var processes = Processes(node);
        return processes.FindAll(process => processes.Contains(ParentOf(process)));
    }

    static bool IsPlugin(int process) =>
        Path.GetDirectoryName(Target($"/proc/{process}/exe")) == Path.GetFullPath(PluginDirectory.UnderTest);

    static bool HasOnlySockets(int process) => Targets(process) is { Count: > 0 } targets &&
        targets.TrueForAll(target => target?.StartsWith("socket:", Ordinal) == true);

    static List<string?> Targets(int process)
    {
        try
        {
            return [.. Directory.GetFiles($"/proc/{process}/fd").Select(Target)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    static int ParentOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("PPid:", Ordinal));
            return int.Parse(line["PPid:".Length..], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return 0;
        }
    }

    static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
