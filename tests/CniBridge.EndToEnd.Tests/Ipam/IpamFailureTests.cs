using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>Tests of a failed IPAM plugin: its error is reported unchanged, and a failed ADD leaves nothing.</summary>
[RunsFirst]
public sealed class IpamFailureTests
{
    const int TryAgainLater = 11;
    const int Internal = 999;

    const string Newest = """{"cniVersion": "1.1.0", "cni.dev/valid-attachments": []}""";

    public static TheoryData<string> Names => [.. Failures.Keys];

    /// <summary>The rows: the script of the plugin, and the code and words of our error.</summary>
    static Dictionary<string, (string Script, int Code, string[] Words)> Failures { get; } = new()
    {
        ["an error object"] = (ScriptedIpam.Error(123, "not today"), 123, ["not today", "of the script"]),
        ["an error object in another order"] = (
            ScriptedIpam.Answer("""{"details":"d","msg":"no \"more\"","code":100,"more":{"code":5}}""") + "\nexit 7",
            100, ["no \"more\"", " d"]),
        ["an error object without details"] = (ScriptedIpam.Answer("""{"code": 11, "msg": "busy"}""") + "\nexit 1", 11, ["busy"]),
        ["an error object and words"] = (
            "echo words >&2\n" + ScriptedIpam.Error(124, "said in JSON"), 124, ["said in JSON"]),
        ["a code and nothing said"] = ("exit 3", Internal, ["netplugin failed with no error message"]),
        ["blanks"] = ("echo; echo ' '; exit 1", Internal, ["netplugin failed"]),
        ["words"] = ("echo 'some words' >&2; exit 3", Internal, ["netplugin failed: \"some words"]),
        ["words with quotes and bytes that are no text"] = (
            "printf 'a \"b\"\\tc \\377 é' >&2; exit 3", Internal, ["netplugin failed: \"a "]),
        ["a signal"] = ("kill -KILL $$", Internal, ["netplugin failed with no error message"]),
        ["a signal after words"] = ("echo 'some words' >&2; kill -TERM $$", Internal, ["netplugin failed: \"some words"]),
        ["garbage"] = (
            "echo garbage; echo words >&2; exit 1", Internal,
            ["netplugin failed but error parsing its diagnostic message \"garbage"]),
        ["a list"] = (
            "echo '[1]'; exit 1", Internal, ["netplugin failed but error parsing its diagnostic message \"[1]"]),
        ["half an object"] = (
            "echo '{\"code\": 5, '; exit 1", Internal, ["netplugin failed but error parsing its diagnostic message \"{"]),
        ["a code that is none"] = (
            "echo '{\"code\": \"five\"}'; exit 1", Internal, ["netplugin failed but error parsing its diagnostic message \"{"]),
        ["two objects"] = (
            "echo '{\"code\": 5}{\"code\": 6}'; exit 1", Internal, ["netplugin failed but error parsing its diagnostic message \"{"]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_failed_ADD_is_undone_with_one_DEL_and_leaves_nothing(string name)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        var (script, code, words) = Failures[name];
        ipam.Does("ADD", script);
        var before = node.SettledSnapshot();

        Call(node, "ADD").Fail(code, words);

        Assert.Equal(["ADD", "DEL"], ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_failed_DEL_is_reported_after_the_interface_is_deleted(string name)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        var (script, code, words) = Failures[name];
        var before = node.SettledSnapshot();
        Call(node, "ADD").Succeed();
        ipam.Does("DEL", script);

        Call(node, "DEL").Fail(code, words);
        Assert.Equal(before, node.SettledSnapshot());
        Call(node, "DEL").With("CNI_NETNS", null).Fail(code, words);
        Call(node, "DEL").With("CNI_NETNS", "/run/netns/missing").Fail(code, words);

        Assert.Equal(["ADD", "DEL", "DEL", "DEL"], ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_failed_CHECK_is_reported_and_changes_nothing(string name)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        var (script, code, words) = Failures[name];
        var added = Call(node, "ADD").Succeed();
        var before = node.SettledSnapshot();
        ipam.Does("CHECK", script);

        Call(node, "CHECK").WithPrevious(added).Fail(code, words);

        Assert.Equal(["ADD", "CHECK"], ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
    }

    // The code does not matter: a runtime understands only that no ADD can work.
    [Theory]
    [MemberData(nameof(Names))]
    public void A_failed_STATUS_gets_the_code_for_an_unavailable_network(string name)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        var (script, _, words) = Failures[name];
        ipam.Does("STATUS", script);

        Status(node).Fail(50, words);

        Assert.Equal(["STATUS"], ipam.Calls);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(51)]
    public void The_codes_50_and_51_of_STATUS_are_passed_on(int code)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        ipam.Does("STATUS", ScriptedIpam.Error(code, "limited"));
        Status(node).Fail(code, "limited", "of the script");

        ipam.Does("STATUS", "echo all is well >&2");
        Assert.Empty(Status(node).Succeed().Stdout);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_failed_GC_is_reported_after_the_interfaces_are_deleted(string name)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        var (script, _, words) = Failures[name];
        Call(node, "ADD", Newest).Succeed();
        ipam.Does("GC", "ip -n pod link show eth0 > link 2> /dev/null\n" + script);

        Garbage(node).FailSomehow(words[0]);

        Assert.Equal(["ADD", "GC"], ipam.Calls);
        Assert.Empty(ipam.Note("link"));
    }

    [Fact]
    public void A_GC_that_fails_in_bridge_and_IPAM_plugin_reports_both_errors()
    {
        using var node = NodeWithLivingPod("strace");
        var ipam = new ScriptedIpam(node);
        ipam.Does("GC", ScriptedIpam.Error(123, "not today"));
        var errors = new List<string>();
        for (var number = 1; ; number++)
        {
            Call(node, "ADD", Newest).Succeed();
            var result = (Garbage(node) with
            {
                Wrapper = ["strace", "-qq", "-e", $"inject=sendto:error=ENOMEM:when={number}"],
            }).Run();
            Call(node, "DEL", Newest).Succeed();
            Assert.Equal(1, result.ExitCode);
            if (!result.Stderr.Contains("INJECTED", StringComparison.Ordinal))
                break;
            errors.Add(result.Json.GetProperty("msg").GetString()!);
        }

        Assert.NotEmpty(errors);
        Assert.Contains(errors, error =>
            error.Contains("not today", StringComparison.Ordinal) && error.Contains("memory", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void GC_and_DEL_without_a_runnable_plugin_delete_the_interface_and_report_the_rest()
    {
        using var node = NodeWithLivingPod();
        foreach (var (verb, name) in new[] { ("GC", "a"), ("DEL", "b") })
        {
            var ipam = new ScriptedIpam(node);
            node.AddPod(name);
            RawCall.Of(node, "ADD", ScriptedIpam.Network(Newest), name).Succeed();
            node.Run("rm", ScriptedIpam.Path).Succeeded();

            RawCall.Of(node, verb, ScriptedIpam.Network(Newest), name).FailSomehow("failed to find plugin \"scripted\"");

            Assert.Equal(["ADD"], ipam.Calls);
            Assert.DoesNotContain("eth0", node.Run("ip", "-n", name, "link", "show").Stdout, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string> WaysNotToStart =>
    [
        "chmod 644 /opt/cni/bin/scripted",
        "echo 'no program at all' > /opt/cni/bin/scripted",
        ": > /opt/cni/bin/scripted",
        "printf '#!/no/such/interpreter\\n' > /opt/cni/bin/scripted",
        "mount -o remount,noexec /opt/cni",
    ];

    [Theory]
    [MemberData(nameof(WaysNotToStart))]
    public void A_file_that_cannot_be_run_is_reported_and_ADD_leaves_nothing(string spoil)
    {
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        node.Run("sh", "-ec", spoil).Succeeded();
        var before = node.SettledSnapshot();

        Call(node, "ADD").FailSomehow("/opt/cni/bin/scripted");
        Assert.Equal(before, node.SettledSnapshot());
        Call(node, "DEL").FailSomehow("/opt/cni/bin/scripted");
        Status(node).Fail(50, "/opt/cni/bin/scripted");

        Assert.Empty(ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
    }

    [Fact]
    public void A_file_without_execute_permission_is_reported()
    {
        using var node = NodeWithLivingPod();
        _ = new ScriptedIpam(node);
        node.Run("chmod", "644", ScriptedIpam.Path).Succeeded();

        Call(node, "ADD").FailSomehow("/opt/cni/bin/scripted", "ermission denied");
    }

    // A program that installs a plugin in place has it open. The runtime retries, so ADD does not wait.
    [Fact]
    public void A_file_that_is_being_written_is_a_temporary_failure()
    {
        Requirement.Programs("strace");
        using var node = NodeWithLivingPod();
        var ipam = new ScriptedIpam(node);
        const string held = $"3>>{ScriptedIpam.Path}";
        if (node.Run("sh", "-c", $"exec {held}; CNI_COMMAND=VERSION {ScriptedIpam.Path} </dev/null").ExitCode == 0)
            Assert.Skip("this kernel runs files that are being written");
        ipam.ForgetCalls();
        var before = node.SettledSnapshot();
        const string trace = $"{ScratchNode.Directory}/trace";

        (Call(node, "ADD") with
        {
            Redirections = held,
            Wrapper = ["strace", "-f", "-qq", "-e", "trace=execve,nanosleep,clock_nanosleep", "-o", trace],
        }).Fail(TryAgainLater, "/opt/cni/bin/scripted");

        // One attempt of the ADD and one of its undo, without a pause.
        var lines = File.ReadAllLines(node.FromOutside(trace));
        var attempts = lines.Where(line => line.Contains($"execve(\"{ScriptedIpam.Path}\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, attempts.Count);
        Assert.All(attempts, line => Assert.Contains("ETXTBSY", line, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("nanosleep(", StringComparison.Ordinal));
        Assert.Empty(ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
        Call(node, "ADD").Succeed();
        (Call(node, "DEL") with { Redirections = held }).Fail(TryAgainLater);
        Call(node, "DEL").Succeed();
        Assert.Equal(["ADD", "DEL"], ipam.Calls);
        Assert.Equal(before, node.SettledSnapshot());
    }

    static RawCall Call(ScratchNode node, string verb, string keys = "{}") => RawCall.Of(node, verb, ScriptedIpam.Network(keys));

    static RawCall Status(ScratchNode node) => WithoutContainer(Call(node, "STATUS", """{"cniVersion": "1.1.0"}"""));

    static RawCall Garbage(ScratchNode node) => WithoutContainer(Call(node, "GC", Newest));

    static RawCall WithoutContainer(RawCall call) =>
        call.With("CNI_CONTAINERID", null).With("CNI_NETNS", null).With("CNI_IFNAME", null);

    /// <summary>Creates a node with a running pod of host-local in a separate network. No test may affect it.</summary>
    static ScratchNode NodeWithLivingPod(params string[] programs)
    {
        Requirement.Node(programs);
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        node.AddPod("alive");
        RawCall.Of(node, "ADD", Configurations.With("""{"name": "other"}"""), "alive").Succeed();
        return node;
    }
}
