using System.Globalization;
using System.Text;

namespace CniBridge.Plugins.Tests.Fuzzing;

/// <summary>
/// Tests with nearly valid configurations, previous results, environments and state files: no call crashes, prints a trace, hangs or breaks
/// the protocol. CNI_BRIDGE_FUZZ_SEED repeats one seed.
/// </summary>
public sealed class PluginFuzzTests(ITestOutputHelper output)
{
    const int Calls = 2_500;

    static readonly string[] s_verbs = ["ADD", "ADD", "ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"];

    static readonly string[] s_results =
    [
        """{"cniVersion":"1.1.0","interfaces":[{"name":"cni0","mac":"02:00:00:00:00:01","mtu":1500},{"name":"veth0"},{"name":"eth0","mac":"02:00:00:00:00:03","sandbox":"/some/netns/path","socketPath":"/x","pciID":"0"}],"ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":2},{"address":"fd00::5/64","interface":2}],"routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1","mtu":1400,"advmss":1300,"priority":5,"table":100,"scope":0}],"dns":{"nameservers":["10.1.0.1"],"domain":"x","search":["y"],"options":["z"]}}""",
        """{"cniVersion":"0.4.0","interfaces":[{"name":"eth0","sandbox":"/some/netns/path"}],"ips":[{"version":"4","address":"10.1.0.5/24","interface":0}],"routes":[],"dns":{}}""",
        """{"cniVersion":"0.2.0","ip4":{"ip":"10.1.0.5/24","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0"}]},"ip6":{"ip":"fd00::5/64"},"dns":{}}""",
    ];

    const string Place = $"\"dataDir\":\"{FuzzScene.Root}/data\",\"stateDir\":\"{FuzzScene.Root}/state\"";

    static readonly string[] s_configurations =
    [
        $$$"""{"cniVersion":"1.1.0","name":"pods","type":"bridge","bridge":"cni0","isGateway":true,"isDefaultGateway":true,"forceAddress":false,"ipMasq":true,"ipMasqBackend":"nftables","nonMasqueradeCIDRs":["10.0.0.0/8"],"mtu":1400,"hairpinMode":true,"promiscMode":false,"vlan":0,"preserveDefaultVlan":true,"macspoofchk":true,"enabledad":false,"portIsolation":true,"logLevel":"info","dns":{"nameservers":["10.1.0.1"],"domain":"x","search":["y"],"options":["z"]},"args":{"cni":{"mac":"02:00:5e:00:53:01","ips":["10.1.0.9"]}},"runtimeConfig":{"mac":"02:00:5e:00:53:02","ips":["10.1.0.9/24"],"ipRanges":[[{"subnet":"10.3.0.0/24"}]]},"capabilities":{"mac":true,"ips":true},"ipam":{"type":"host-local",{{{Place}}},"ranges":[[{"subnet":"10.1.0.0/24","rangeStart":"10.1.0.5","rangeEnd":"10.1.0.50","gateway":"10.1.0.1"}],[{"subnet":"fd00::/64"}]],"routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1","mtu":1400,"advmss":1300,"priority":5,"table":100,"scope":0}],"exclude":["10.1.0.7","10.1.0.8-10.1.0.9"],"reuseDelay":0,"lockTimeout":5,"resolvConf":""}}""",
        $$$"""{"cniVersion":"1.0.0","name":"pods","type":"bridge","bridge":"cni0","vlan":100,"vlanTrunk":[{"id":5},{"minID":10,"maxID":20}],"disableContainerInterface":false,"isMasq":true,"mtu":"auto","ipam":{"type":"host-local",{{{Place}}},"subnet":"10.2.0.0/24","rangeStart":"10.2.0.5","rangeEnd":"10.2.0.50","gateway":"10.2.0.1"}}""",
        """{"cniVersion":"0.4.0","name":"pods","type":"bridge","ipam":{"type":"static","addresses":[{"address":"10.1.0.5/24"}]}}""",
        """{"cniVersion":"0.3.1","name":"layer2","type":"bridge","ipam":{}}""",
        $$$"""{"cniVersion":"1.1.0","name":"pods","type":"host-local","ipam":{"type":"host-local",{{{Place}}},"subnet":"10.4.0.0/24"},"cni.dev/valid-attachments":[{"containerID":"pod1","ifname":"eth0"}],"cni.dev/attachments":[]}""",
        $$$"""{"cniVersion":"1.1.0","name":"pods","type":"portmap","snat":true,"masqAll":false,"backend":"nftables","markMasqBit":13,"externalSetMarkChain":"X","conditionsV4":[],"conditionsV6":[],"runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp","hostIP":"127.0.0.1"},{"hostPort":53,"containerPort":53,"protocol":"udp"}]},"prevResult":{{{s_results[0]}}}}""",
    ];

    void Run(string what, Action<FuzzScene, int> call)
    {
        foreach (var seed in FuzzSeed.All)
        {
            output.WriteLine($"{what}: {FuzzSeed.Variable}={seed}");
            using var scene = new FuzzScene(seed);
            for (var i = 0; i < Calls; i++)
                call(scene, i);
            output.WriteLine(string.Join(", ", scene.Codes.Select(pair => $"{pair.Value} with code {pair.Key}")));
            Assert.Equal(Calls, scene.Codes.Values.Sum());
            // The inputs are nearly valid, so many are accepted and more are refused.
            Assert.True(scene.Codes.GetValueOrDefault(0) > Calls / 50, "nothing succeeds");
            Assert.True(Calls - scene.Codes.GetValueOrDefault(0) > Calls / 50, "nothing is refused");
        }
    }

    static Dictionary<string, string> Variables(FuzzScene scene, string? verb = null) => Call.Variables(verb ?? scene.Random.Pick(s_verbs),
        ("CNI_CONTAINERID", $"pod{scene.Random.Next(5)}"), ("CNI_NETNS", Call.OwnNamespace), ("CNI_NETNS_OVERRIDE", "1"));

    [Fact]
    public void Any_configuration_gets_a_result_or_a_CNI_error() => Run("configuration", (scene, _) =>
        scene.Run(scene.Random.Pick(scene.Plugins.All), Variables(scene), scene.Random.Document(s_configurations)));

    [Fact]
    public void Any_previous_result_gets_a_result_or_a_CNI_error() => Run("prevResult", (scene, _) =>
    {
        var configuration = scene.Random.Pick(s_configurations);
        var result = Encoding.UTF8.GetString(scene.Random.Document(s_results));
        var text = $"{configuration[..^1]},\"prevResult\":{result}}}";
        scene.Run(scene.Random.Pick(scene.Plugins.All), Variables(scene), Encoding.UTF8.GetBytes(text));
    });

    [Fact]
    public void Any_environment_gets_a_result_or_a_CNI_error() => Run("environment", (scene, _) =>
    {
        var variables = Variables(scene);
        scene.Random.Change(variables);
        scene.Run(scene.Random.Pick(scene.Plugins.All), variables, Encoding.UTF8.GetBytes(scene.Random.Pick(s_configurations)));
    });

    // Every call finds the files of the calls before it, some of them damaged.
    [Fact]
    public void Any_state_files_get_a_result_or_a_CNI_error() => Run("state files", (scene, i) =>
    {
        if (i % 100 == 99)
            Forget(scene);
        for (var change = scene.Random.Next(3); change > 0; change--)
            Damage(scene);
        var variables = Variables(scene);
        var before = AddressesOfOthers(scene, variables["CNI_CONTAINERID"]);
        var answer = scene.Run(
            scene.Plugins.All[scene.Random.Next(3)], variables, Encoding.UTF8.GetBytes(scene.Random.Pick(s_configurations)));
        if (variables["CNI_COMMAND"] == "ADD" && answer.ExitCode == 0)
            AssertFree(answer, before);
    });

    /// <summary>Asserts that assigned addresses had no reservation file. A container may get its own address again.</summary>
    static void AssertFree(Answer answer, HashSet<string> before)
    {
        foreach (var ip in answer.Json["ips"]?.AsArray() ?? [])
        {
            var address = ip!["address"]!.GetValue<string>().Split('/')[0];
            // portmap prints the input result.
            Assert.True(
                answer.Json["ips"]!.AsArray().Count == 2 && address is "10.1.0.5" or "fd00::5"
                || !before.Contains(address), $"{address} is given twice");
        }
    }

    static HashSet<string> AddressesOfOthers(FuzzScene scene, string container) =>
        [.. Directory.EnumerateFiles(scene.Data, "*", SearchOption.AllDirectories).Where(path => OwnerOf(path) != container)
            .Select(path => Path.GetFileName(path)!)];

    static string OwnerOf(string reservation) => Encoding.UTF8.GetString(FuzzScene.ReadOrNothing(reservation)).Split('\r')[0];

    static void Forget(FuzzScene scene)
    {
        foreach (var directory in (string[])[scene.Data, scene.State, scene.Records])
            Delete(directory);
        Directory.CreateDirectory(scene.Data);
    }

    static void Delete(string path)
    {
        if (Directory.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: false) is null)
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }

    static void Damage(FuzzScene scene)
    {
        List<string> files = [];
        foreach (var directory in (string[])[scene.Data, scene.State, scene.Records])
        {
            if (Directory.Exists(directory))
                files.AddRange(Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories));
        }
        if (files.Count == 0)
            return;
        files.Sort(StringComparer.Ordinal);
        var file = scene.Random.Pick(files);
        var content = FuzzScene.ReadOrNothing(scene.Random.Is(8) ? scene.Random.Pick(files) : file);
        if (scene.Random.Is(8))
            file = Path.Combine(Path.GetDirectoryName(file)!, Name(scene));
        Delete(file);
        switch (scene.Random.Next(8))
        {
            case 0:
                break;
            case 1:
                Directory.CreateDirectory(file);
                break;
            case 2:
                File.CreateSymbolicLink(file, scene.Random.Is(2) ? "none" : file);
                break;
            default:
                File.WriteAllBytes(file, scene.Random.Bytes(content));
                break;
        }
    }

    static string Name(FuzzScene scene) => scene.Random.Next(5) switch
    {
        0 => string.Create(CultureInfo.InvariantCulture, $"10.1.0.{scene.Random.Next(256)}"),
        1 => "x",
        2 => "last_reserved_ip.99",
        3 => "10.1.0.7 ",
        _ => ".stamp",
    };
}
