using System.Globalization;
using System.Text;
using System.Text.Json;
using CniBridge.Plugins.Tests.Fuzzing;

namespace CniBridge.EndToEnd.Tests;

/// <summary>
/// The binary with configurations, previous results, environments and state files that are nearly right; the tests of the plugins do the same in
/// process, and more of it. CNI_BRIDGE_FUZZ_SEED runs one seed again.
/// </summary>
public sealed class BinaryFuzzTests(ITestOutputHelper output)
{
    const int Calls = 60;
    const string Inputs = $"{Node.Directory}/inputs";

    /// <summary>No paths: a changed one would lead out of the node's own directories.</summary>
    static readonly string[] s_configurations =
    [
        """{"cniVersion":"1.1.0","name":"podnet","type":"bridge","bridge":"cni0","isGateway":true,"isDefaultGateway":true,"ipMasq":true,"nonMasqueradeCIDRs":["10.0.0.0/8"],"mtu":1400,"hairpinMode":true,"vlan":0,"macspoofchk":true,"enabledad":false,"portIsolation":true,"dns":{"search":["x"]},"args":{"cni":{"ips":["10.88.0.9"]}},"runtimeConfig":{"mac":"02:00:5e:00:53:02","ips":["10.88.0.9/24"]},"capabilities":{"mac":true},"ipam":{"type":"host-local","ranges":[[{"subnet":"10.88.0.0/24","rangeStart":"10.88.0.5","gateway":"10.88.0.1"}],[{"subnet":"fd00:88::/64"}]],"routes":[{"dst":"0.0.0.0/0"}],"exclude":["10.88.0.7"],"lockTimeout":5},"cni.dev/valid-attachments":[{"containerID":"pod1","ifname":"eth0"}]}""",
        """{"cniVersion":"0.4.0","name":"podnet","type":"bridge","bridge":"cni0","ipam":{"type":"host-local","subnet":"10.88.0.0/24"}}""",
        """{"cniVersion":"0.3.1","name":"layer2","type":"bridge","ipam":{}}""",
    ];

    static readonly string[] s_results =
    [
        """{"cniVersion":"1.1.0","interfaces":[{"name":"cni0","mac":"02:00:00:00:00:01"},{"name":"veth0"},{"name":"eth0","mac":"02:00:00:00:00:03","sandbox":"/run/netns/pod"}],"ips":[{"address":"10.88.0.5/24","gateway":"10.88.0.1","interface":2}],"routes":[{"dst":"0.0.0.0/0"}],"dns":{}}""",
        """{"cniVersion":"0.2.0","ip4":{"ip":"10.88.0.5/24","gateway":"10.88.0.1"},"dns":{}}""",
    ];

    const string PortMap = """
        {"cniVersion":"1.1.0","name":"podnet","type":"portmap","snat":true,"runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80}]}}
        """;

    static readonly string[] s_verbs = ["ADD", "ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"];

    static readonly string[] s_plugins = ["bridge", "bridge", "host-local", "portmap", "loopback", "cni-bridge"];

    /// <summary>Makes the calls in order: out.N, err.N and rc.N of each, and what the node was before and after it.</summary>
    const string Script = """
        cd "$1"; shift
        state() {
          ip -o link | sed 's/^[0-9]*: \([^:]*\):.*/\1/'
          ip -n pod -o link | sed 's/^[0-9]*: \([^:]*\):.*/pod \1/'
          ip -o address | awk '$4 !~ /^fe80/ {print $2, $4}'
          ip -o -4 route; nft list ruleset 2>&1
          find /var/lib/cni /run/cni-bridge ! -type d ! -name lock ! -name 'last_reserved_ip*' 2>/dev/null | sort | while read -r file; do echo "$file"; cat "$file" 2>&1; done
        }
        for call; do
          state > before.$call
          timeout 30 xargs -0 -a env.$call env -i < in.$call > out.$call 2> err.$call; echo $? > xargs.$call
          state > after.$call
        done
        """;

    /// <summary>A network that no input names: neither DEL nor GC may reach it.</summary>
    static readonly string s_living = Configurations.WithIpam("""{"subnet": "10.77.0.0/24"}""", """{"name": "living", "bridge": "cni9"}""");

    static ScratchNode NewNode()
    {
        Requirement.Node("nft", "xargs");
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        node.AddPod("alive");
        RawCall.Of(node, "ADD", s_living, "alive").Succeed();
        return node;
    }

    sealed record FuzzCall(string Plugin, Dictionary<string, string> Variables, byte[] Input)
    {
        public override string ToString() => $"{Plugin} {string.Join(' ', Variables.Select(pair => $"{pair.Key}={JsonEncodedText.Encode(pair.Value)}"))}\n{Encoding.UTF8.GetString(Input)}";

        /// <summary>The arguments of env: variables, and the program whose exit code is kept.</summary>
        internal byte[] Environment(int number) =>
        [
            .. Variables.Append(new("PATH", InstalledPrograms.SearchPath)).SelectMany(pair => Encoding.UTF8.GetBytes($"{pair.Key}={pair.Value}\0")),
            .. Encoding.UTF8.GetBytes($"sh\0-c\0\"$0\"; echo $? > rc.{number}\0{Path.Combine(PluginDirectory.UnderTest, Plugin)}\0"),
        ];
    }

    void Run(string what, Func<Fuzzer, FuzzCall> draw)
    {
        foreach (var seed in FuzzSeed.All)
        {
            output.WriteLine($"{what}: {FuzzSeed.Variable}={seed}");
            using var node = NewNode();
            var fuzzer = new Fuzzer(new CniBridge.Plugins.Tests.PseudoRandom(seed));
            var calls = new List<FuzzCall>();
            for (var i = 0; i < Calls; i++)
            {
                calls.Add(draw(fuzzer));
                node.WriteFile($"{Inputs}/in.{i}", calls[i].Input);
                node.WriteFile($"{Inputs}/env.{i}", calls[i].Environment(i));
            }
            node.Run("sh", ["-c", Script, "sh", Inputs, .. Enumerable.Range(0, Calls).Select(i => i.ToString(CultureInfo.InvariantCulture))]).Succeeded();
            var succeeded = 0;
            for (var i = 0; i < Calls; i++)
                succeeded += Judge(node, calls[i], i) ? 1 : 0;
            output.WriteLine($"{succeeded} of {Calls} succeeded");
            Assert.InRange(succeeded, 1, Calls - 1);
            node.AssertPodReaches("alive", "10.77.0.1");
        }
    }

    static bool Judge(ScratchNode node, FuzzCall call, int number)
    {
        string Text(string kind) => File.ReadAllText(node.FromOutside($"{Inputs}/{kind}.{number}"));
        var told = $"{call}\n{Text("out")}\n{Text("err")}";
        Assert.True(File.Exists(node.FromOutside($"{Inputs}/rc.{number}")), $"no end in time, or no start: {told}");
        var code = Text("rc").Trim();
        Assert.True(code is "0" or "1", $"exit code {code}: {told}");
        Assert.False(Text("err").Contains("   at ", StringComparison.Ordinal) || Text("err").Contains("Unhandled", StringComparison.Ordinal), $"stack trace: {told}");
        if (code == "0")
            return true;
        var error = CodeOf(Text("out"), told);
        if (error is 1 or 4 or 6 or 7)
            Assert.True(Text("before") == Text("after"), $"changed: {told}\n{Text("before")}\n---\n{Text("after")}");
        return false;
    }

    static int CodeOf(string text, string told)
    {
        try
        {
            using var error = JsonDocument.Parse(text);
            Assert.All(error.RootElement.EnumerateObject(), member => Assert.Contains(member.Name, (string[])["code", "msg", "details"]));
            Assert.NotEmpty(error.RootElement.GetProperty("msg").GetString()!);
            return error.RootElement.GetProperty("code").GetInt32();
        }
        catch (JsonException e)
        {
            Assert.Fail($"no error object: {e.Message}: {told}");
            return 0;
        }
    }

    static Dictionary<string, string> Variables(Fuzzer fuzzer) => new()
    {
        ["CNI_COMMAND"] = fuzzer.Pick(s_verbs),
        ["CNI_CONTAINERID"] = $"pod{fuzzer.Next(3)}",
        ["CNI_NETNS"] = "/run/netns/pod",
        ["CNI_IFNAME"] = "eth0",
        ["CNI_PATH"] = "/opt/cni/bin",
    };

    [Fact]
    public void Any_configuration_has_an_answer() => Run("configuration", fuzzer =>
        new FuzzCall(fuzzer.Pick(s_plugins), Variables(fuzzer), fuzzer.Document([.. s_configurations, PortMap])));

    [Fact]
    public void Any_previous_result_has_an_answer() => Run("prevResult", fuzzer =>
    {
        var configuration = fuzzer.Pick((string[])[.. s_configurations, PortMap.TrimEnd()]);
        var result = Encoding.UTF8.GetString(fuzzer.Document(s_results));
        return new FuzzCall(fuzzer.Pick(s_plugins), Variables(fuzzer), Encoding.UTF8.GetBytes($"{configuration[..^1]},\"prevResult\":{result}}}"));
    });

    [Fact]
    public void Any_environment_has_an_answer() => Run("environment", fuzzer =>
    {
        var variables = Variables(fuzzer);
        fuzzer.Change(variables);
        // The operator's command line is another program.
        if (variables.GetValueOrDefault("CNI_COMMAND", "").Length == 0)
            variables["CNI_COMMAND"] = " ";
        return new FuzzCall(fuzzer.Pick(s_plugins), variables, Encoding.UTF8.GetBytes(fuzzer.Pick(s_configurations)));
    });

    // A file of ours that is damaged before each call.
    [Fact]
    public void Any_state_files_have_an_answer()
    {
        foreach (var seed in FuzzSeed.All)
        {
            output.WriteLine($"state files: {FuzzSeed.Variable}={seed}");
            using var node = NewNode();
            var fuzzer = new Fuzzer(new CniBridge.Plugins.Tests.PseudoRandom(seed));
            for (var i = 0; i < Calls / 2; i++)
            {
                Damage(node, fuzzer);
                var result = RawCall.Of(node, fuzzer.Pick(s_verbs), fuzzer.Pick((string[])[Configurations.Plain, Configurations.With("""{"ipMasq": true, "macspoofchk": true}""")])).Run();
                Assert.True(result.ExitCode is 0 or 1, result.ToString());
                Assert.DoesNotContain("   at ", result.Stderr, StringComparison.Ordinal);
                if (result.ExitCode == 1)
                    CodeOf(result.Stdout, result.ToString());
            }
            node.AssertPodReaches("alive", "10.77.0.1");
        }
    }

    static void Damage(ScratchNode node, Fuzzer fuzzer)
    {
        var files = ((string[])["/var/lib/cni", "/var/lib/cni-bridge", "/run/cni-bridge"])
            .SelectMany(directory => node.Files(directory).Select(file => node.FromOutside($"{directory}/{file}"))).ToList();
        var file = fuzzer.Pick(files);
        if (File.Exists(file))
            File.WriteAllBytes(file, fuzzer.Bytes(File.ReadAllBytes(file)));
    }
}
