using System.Text;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>Tests of the calls of an external IPAM plugin.</summary>
public sealed class IpamCallTests
{
    const string Newest = """{"cniVersion": "1.1.0", "cni.dev/valid-attachments": []}""";

    static readonly string[] Verbs = ["ADD", "CHECK", "STATUS", "GC", "DEL"];

    [Fact]
    public void The_pod_gets_the_addresses_of_the_plugin_and_no_file_is_written()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);

        var added = Call(node, "ADD").Succeed();

        Assert.Equal(["10.88.0.9/24", "fd00:88::9/64"], node.IpJsonInPod("pod", "address", "show", "eth0").GlobalAddresses());
        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], node.IpJson("address", "show", "cni0").GlobalAddresses());
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
        Assert.Empty(Call(node, "CHECK").WithPrevious(added).Succeed().Stdout);
        Assert.Empty(Call(node, "DEL").WithPrevious(added).Succeed().Stdout);
        Assert.Equal(["ADD", "CHECK", "DEL"], ipam.Calls);
        Assert.Empty(node.CniFiles());
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void The_plugin_gets_our_input_unchanged()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        var added = Call(node, "ADD", Newest).Succeed().Stdout;
        Call(node, "DEL", Newest).Succeed();

        foreach (var verb in Verbs)
        {
            // The configuration has white space, unknown keys, a repeated key and needless escapes, which a program that rewrites the text
            // would change.
            var call = Call(node, verb, Newest);
            var odd = "\n {\t\"x\":[1.50 , 1e2,\"\\u0041\\/é\"],\"X\":{},\"X\" :null,\n\"prevResult\":" + added + ','
                + Text(call.Input).TrimStart('{') + "\r\n\n";
            call = call.WithInput(odd);
            // CHECK finds another interface with the name.
            _ = verb == "CHECK" ? call.FailSomehow("eth0") : call.Succeed().Stdout;
            Assert.Equal(odd, Text(ipam.Input(verb)));
        }
    }

    [Theory]
    [InlineData("ADD")]
    [InlineData("DEL")]
    [InlineData("STATUS")]
    [InlineData("GC")]
    public void The_plugin_gets_our_environment(string verb)
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        var call = Call(node, verb, Newest);
        string[] environment =
        [
            .. call.Variables.Select(variable => $"{variable.Key}={variable.Value}"), "CNI_ARGS=IgnoreUnknown=1;A=b",
            "EMPTY=", "EQUAL_SIGNS=a=b=c", "LINES=one\ntwo\n", "PATH=/usr/bin:/bin", "lower_case=x", $"LONG={new string('l', 100_000)}",
        ];

        (call with { Wrapper = ["env", "-i", .. environment] }).Succeed();

        Assert.Equal(environment.Order(StringComparer.Ordinal), ipam.Environment(verb));
    }

    [Fact]
    public void An_undo_runs_the_plugin_with_DEL_and_the_same_environment()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", "exit 1");

        Call(node, "ADD").FailSomehow();

        Assert.Equal(["ADD", "DEL"], ipam.Calls);
        Assert.Equal(Text(ipam.Input("ADD")), Text(ipam.Input("DEL")));
        Assert.Equal(
            ipam.Environment("ADD").Select(variable => variable == "CNI_COMMAND=ADD" ? "CNI_COMMAND=DEL" : variable),
            ipam.Environment("DEL"));
    }

    [Fact]
    public void The_plugin_runs_in_our_namespaces_and_inherits_no_descriptors()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        // The first line of the script left the directory in which it was started.
        ipam.Does("ADD", """
            readlink /proc/$$/ns/net /proc/$$/ns/mnt > namespaces
            ls -l /proc/$$/fd > files
            echo "$OLDPWD" > directory
            """ + "\n" + ScriptedIpam.Answer(ScriptedIpam.Addresses));

        (Call(node, "ADD") with { Wrapper = ["env", "--chdir=/usr/share"] }).Succeed();

        Assert.Equal(node.Run("readlink", "/proc/1/ns/net", "/proc/1/ns/mnt").Stdout, ipam.Note("namespaces"));
        Assert.DoesNotContain("socket:", ipam.Note("files"), StringComparison.Ordinal);
        Assert.DoesNotContain("net:[", ipam.Note("files"), StringComparison.Ordinal);
        Assert.Equal("/usr/share\n", ipam.Note("directory"));
    }

    [Fact]
    public void The_container_interface_exists_when_the_plugin_runs()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", """
            ip -n pod -j link show eth0 > link
            ls /sys/class/net/cni0/brif > ports
            """ + "\n" + ScriptedIpam.Answer(ScriptedIpam.Addresses));

        Call(node, "ADD").Succeed();

        Assert.Contains("\"eth0\"", ipam.Note("link"), StringComparison.Ordinal);
        Assert.StartsWith("veth", ipam.Note("ports"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_standard_error_of_a_plugin_is_passed_on_and_not_part_of_the_result()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        foreach (var verb in Verbs)
            ipam.Does(verb, $"echo 'a note at {verb}' >&2" + (verb == "ADD" ? "\n" + ScriptedIpam.Answer(ScriptedIpam.Addresses) : ""));

        var added = Call(node, "ADD", Newest).Succeed();
        Assert.Equal(3, added.Json.GetProperty("interfaces").GetArrayLength());
        Assert.Contains("a note at ADD", added.Stderr, StringComparison.Ordinal);
        foreach (var verb in Verbs[1..])
        {
            var result = Call(node, verb, Newest).WithPrevious(added).Run();
            Assert.Contains($"a note at {verb}", result.Stderr, StringComparison.Ordinal);
            Assert.Empty(result.Succeeded().Stdout);
        }
    }

    [Fact]
    public void The_standard_error_of_a_failing_plugin_is_passed_on()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", "echo 'the reason' >&2\n" + ScriptedIpam.Error(123, "failed"));

        var result = Call(node, "ADD").Run();

        Assert.Equal(123, result.Json.GetProperty("code").GetInt32());
        Assert.Contains("the reason", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_of_the_IPAM_plugin_for_other_verbs_than_ADD_is_ignored()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        foreach (var verb in Verbs[1..])
            ipam.Does(verb, "echo '{\"code\": 7}'; echo garbage");
        var added = Call(node, "ADD", Newest).Succeed();

        foreach (var verb in Verbs[1..])
            Assert.Empty(Call(node, verb, Newest).WithPrevious(added).Succeed().Stdout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Large_configurations_and_results_are_passed_on(bool readsInput)
    {
        const int many = 1000;
        using var node = NewNode();
        var ipam = new ScriptedIpam(node, readsInput: readsInput);
        var routes = string.Join(',', Enumerable.Range(0, many).Select(i => $$"""{"dst": "10.{{100 + (i / 256)}}.{{i % 256}}.0/24"}"""));
        // Both outputs get more than a pipe holds before the result.
        ipam.Does("ADD", "yes note | head -c 300000 >&2; yes '' | head -c 300000\n" + ScriptedIpam.Answer(
            $$"""{"x": "{{new string('y', 100_000)}}", "ips": [{"address": "10.88.0.9/24"}], "routes": [{{routes}}]}"""));
        var call = Call(node, "ADD", $$"""{"unknown": "{{new string('u', 200_000)}}"}""");

        var added = call.Succeed();

        // The default route of the node is one of them.
        Assert.Equal(many + 1, added.Json.GetProperty("routes").GetArrayLength());
        Assert.Equal(many + 2, node.IpJsonInPod("pod", "-4", "route", "show").GetArrayLength());
        Assert.True(added.Stderr.Length >= 300_000, $"only {added.Stderr.Length} letters");
        if (readsInput)
            Assert.Equal(Text(call.Input), Text(ipam.Input("ADD")));
        call.With("CNI_COMMAND", "DEL").Succeed();
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void host_local_within_the_bridge_runs_no_program()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node, "/opt/cni/bin/host-local");
        var configuration = Configurations.With(Newest);

        var added = RawCall.Of(node, "ADD", configuration).Succeed();
        Assert.Equal(["10.88.0.2", "fd00:88::2"], node.Reservations());
        foreach (var verb in Verbs[1..])
            RawCall.Of(node, verb, configuration).WithPrevious(added).Succeed();

        Assert.Empty(ipam.Calls);
        Assert.Empty(node.Reservations());
    }

    [Fact]
    public void A_layer_2_network_and_VERSION_run_no_plugin()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);

        foreach (var verb in new[] { "ADD", "DEL" })
            RawCall.Of(node, verb, Configurations.With("""{"ipam": {"type": "", "other": "scripted"}}""")).Succeed();
        Call(node, "VERSION").Succeed();

        Assert.Empty(ipam.Calls);
    }

    [Theory]
    [InlineData("IP=10.88.0.9/24")]
    [InlineData("IP=10.88.0.9/24,fd00:88::9/64;GATEWAY=10.88.0.1,fd00:88::1")]
    [InlineData("MAC=02:00:00:00:00:09;GATEWAY=none of our business;IP=neither")]
    [InlineData("IgnoreUnknown=1;K8S_POD_NAME=pod")]
    public void Arguments_of_the_IPAM_plugin_are_accepted(string arguments)
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);

        var added = Call(node, "ADD").With("CNI_ARGS", arguments).Succeed();
        Call(node, "CHECK").WithPrevious(added).With("CNI_ARGS", arguments).Succeed();
        Call(node, "DEL").With("CNI_ARGS", arguments).Succeed();

        Assert.All(["ADD", "CHECK", "DEL"], verb => Assert.Contains($"CNI_ARGS={arguments}", ipam.Environment(verb)));
    }

    [Fact]
    public void Unknown_arguments_are_refused_before_the_IPAM_plugin_runs()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);

        Call(node, "ADD").With("CNI_ARGS", "IP=10.88.0.9/24;K8S_POD_NAME=pod").Fail(4, "K8S_POD_NAME=pod");

        Assert.Empty(ipam.Calls);
    }

    static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    static RawCall Call(ScratchNode node, string verb, string keys = "{}") => RawCall.Of(node, verb, ScriptedIpam.Network(keys));

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}
