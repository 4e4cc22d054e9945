using System.Globalization;
using System.Text;
using CniBridge.EndToEnd.Tests.Support;
using CniBridge.Lab.Crashes;

namespace CniBridge.EndToEnd.Tests.Crashes;

/// <summary>Tests of a node with many concurrent calls, many of which are killed.</summary>
[RunsFirst]
public sealed class KillStormTests : IDisposable
{
    const int Containers = 200;
    const int Rounds = 4;

    // The arguments are CONTAINER VERB SECONDS. The script runs the chain as a runtime does, and kills a plugin that takes longer.
    const string Chain = """
        cd /run/node
        export CNI_COMMAND=$2 CNI_CONTAINERID=c$1 CNI_NETNS=/run/netns/p$1 CNI_IFNAME=eth0 CNI_PATH="$plugins"
        run() { timeout --signal=KILL $seconds "$plugins/$1"; }
        mapping="\"runtimeConfig\": {\"portMappings\": [{\"hostPort\": $((10000 + $1)), \"containerPort\": 80, \"protocol\": \"tcp\"}]}"
        portmap="{\"cniVersion\": \"1.0.0\", \"name\": \"podnet\", \"type\": \"portmap\", $mapping"
        seconds=$3
        if [ $2 = ADD ]; then
          run bridge < bridge.json > out.$1 && { echo "$portmap, \"prevResult\":"; cat out.$1; echo '}'; } | run portmap > result.$1
        else
          echo "$portmap}" | run portmap && run bridge < bridge.json
        fi
        echo $? > code.$1
        """;

    readonly PseudoRandom random = PseudoRandom.Create();
    readonly ScratchNode node;

    public KillStormTests()
    {
        Requirement.Node("nft", "timeout");
        Requirement.Ipv6();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {random.Seed}");
        node = new ScratchNode();
        node.WriteFile($"{ScratchNode.Directory}/bridge.json", Configurations.WithIpam(
            """{"ranges": [[{"subnet": "10.88.0.0/16"}], [{"subnet": "fd00:88::/64"}]]}""",
            """{"ipMasq": true, "macspoofchk": true}"""));
        node.WriteFile($"{ScratchNode.Directory}/chain", Chain);
        Script($"for i in $(seq {Containers}); do ip netns add p$i; done");
    }

    public void Dispose() => node.Dispose();

    [Fact]
    public void DEL_cleans_up_after_a_hundred_ADDs_and_DELs_killed_at_random()
    {
        Succeed("ADD", 1);
        Succeed("DEL", 1);
        var untouched = State();
        var killed = 0;
        for (var round = 0; round < Rounds; round++)
        {
            // A container that is added in one round is deleted in the next.
            killed += AtOnce(container => (container + round) % 2 == 0 ? "ADD" : "DEL", isKilled: true)
                .Count(code => code is 137);
        }
        Assert.InRange(killed, Rounds * Containers / 10, Rounds * Containers);

        Succeed("DEL", Containers);
        AssertSame(untouched, State());
        Succeed("ADD", Containers);
        var addresses = Addresses();
        Assert.Equal(2 * Containers, addresses.Count);
        Assert.Equal(addresses.Distinct().Order(StringComparer.Ordinal), node.Reservations().Order(StringComparer.Ordinal));
        Succeed("DEL", Containers);
        AssertSame(untouched, State());
    }

    /// <summary>Runs a call for all containers at the same time and returns the exit codes.</summary>
    IReadOnlyList<int> AtOnce(Func<int, string> verbOf, bool isKilled, int containers = Containers)
    {
        var script = new StringBuilder($"plugins={Shell.Quote(PluginDirectory.UnderTest)}; export plugins; rm -f code.*\n");
        for (var container = 1; container <= containers; container++)
        {
            // The times range from a moment to more than any call needs, evenly on a logarithmic scale.
            var seconds = isKilled ? 0.005 * Math.Pow(400, random.Next(1000) / 1000.0) : 200;
            script.Append(
                CultureInfo.InvariantCulture, $"sh ./chain {container} {verbOf(container)} {seconds:0.0000} 2> err.{container} &\n");
        }
        Script(script.Append("wait\n").ToString());
        return [.. Enumerable.Range(1, containers).Select(container =>
            int.Parse(Read($"code.{container}"), CultureInfo.InvariantCulture))];
    }

    void Succeed(string verb, int containers)
    {
        foreach (var (index, code) in AtOnce(_ => verb, isKilled: false, containers).Index())
            Assert.True(
                code == 0, $"seed {random.Seed}: {verb} of {index + 1}: {code} {Read($"out.{index + 1}")} {Read($"err.{index + 1}")}");
    }

    NodeThings State() => NodeThings.Parse(
        Script($"{ChainScript.State}\nstate now").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1));

    void AssertSame(NodeThings expected, NodeThings found) => Assert.True(
        expected.Except(found).Count == 0 && found.Except(expected).Count == 0,
        $"seed {random.Seed}\nleft: {string.Join('\n', found.Except(expected))}\nmissing: {string.Join('\n', expected.Except(found))}");

    /// <summary>Returns the addresses that ip shows in all pods.</summary>
    List<string> Addresses() => [.. Script(
        $"for i in $(seq {Containers}); do ip -n p$i -o address show dev eth0 scope global | awk '{{print $4}}'; done")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(address => address.Split('/')[0])];

    string Read(string file) =>
        File.ReadAllText(node.FromOutside($"{ScratchNode.Directory}/{file}")).Trim();

    string Script(string script) => node.Run("sh", "-c", $"cd {ScratchNode.Directory}\n{script}").Succeeded().Stdout;
}
