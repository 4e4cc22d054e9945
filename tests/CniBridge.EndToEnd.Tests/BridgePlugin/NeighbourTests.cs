using System.Globalization;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>
/// Tests of an address that passes from one pod to another: a node or pod with the MAC of the first pod in its neighbour table reaches the
/// second pod with the first packet. The class runs alone, because tests that start a hundred pods at once overflow the queues of received
/// packets. All namespaces share them (net.core.netdev_max_backlog; the second column of /proc/net/softnet_stat counts the losses).
/// </summary>
[RunsAlone]
public sealed class NeighbourTests
{
    const int Rounds = 100;

    // These steps run for one container after another, alternately in two pods, all with one address. The node and another pod request the
    // address. The first request is the stricter test, because its answer may teach the other client.
    const string Common = """
        cd /run/node
        plugin=$1 address=$2 first=$3 rounds=$4
        export CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
        if [ "$first" = node ]; then second=asker; else second=node; fi

        fail() { echo "round $round: $*" >&2; exit 1; }

        # VERB CONTAINER POD
        call() {
          CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=/run/netns/$3 "$plugin" < input > result 2>&1 ||
            fail "$1 of $2: $(cat result)"
        }

        # WHO PROGRAM ARGUMENT...
        by() {
          who=$1
          shift
          if [ "$who" = node ]; then "$@"; else nsenter --net="/run/netns/$who" "$@"; fi
        }

        device() { if [ "$1" = node ]; then echo cni0; else echo eth0; fi; }

        # WHO: the entry of the address in the neighbour table
        entry() { by "$1" ip neigh show to "$address" dev "$(device "$1")"; }

        forget() { by "$1" ip neigh flush to "$address" dev "$(device "$1")" 2>> errors; }

        # MILLISECONDS WHO...: the time after which the kernel repeats a question that was not answered
        repeat_after() {
          time=$1
          shift
          case $address in *:*) family=ipv6 ;; *) family=ipv4 ;; esac
          for asking in "$@"; do
            by "$asking" sh -c 'echo "$1" > "$2"' sh "$time" "/proc/sys/net/$family/neigh/$(device "$asking")/retrans_time_ms"
          done
        }

        # The kernel repeats no question while ping waits, so an answer does not depend on the speed of the machine.
        never=600000

        # The first packets to the pod that has just been attached.
        ask_both() {
          repeat_after $never "$pod"
          ask "$first"
          ask "$second"
        }

        # WHO: one packet; ping fails if it is lost, or if it waits until the kernel repeats its question
        ask() {
          by "$1" ping -n -c1 -W20 "$address" > "ping.$1" 2>&1 ||
            fail "no answer to the $1; it has $(entry "$1"); the pod has $(ip -n "$pod" -br link show eth0)"
          grep -o 'time=' "ping.$1"
        }

        # WHO: waits until a question of it is under way
        await_question() {
          tries=0
          until entry "$1" | grep -q INCOMPLETE; do
            tries=$((tries + 1))
            [ "$tries" -lt 2000 ] || fail "no question of the $1: $(entry "$1")"
          done
        }

        swap() { if [ "$pod" = a ]; then pod=b; else pod=a; fi; }

        repeat_after $never node asker
        """;

    const string AfterAnother = Common + """

        # WHO: the MAC of the pod that is there, and sure of it
        learn() {
          tries=0
          until entry "$1" | grep -q "$mac REACHABLE"; do
            tries=$((tries + 1))
            [ "$tries" -lt 10 ] || fail "the $1 did not learn $mac: $(entry "$1")"
            forget "$1"
            by "$1" ping -n -c1 -W1 "$address" > "ping.$1" 2>&1
          done
        }

        round=0 pod=a
        call ADD "c$round" "$pod"
        while [ "$round" -lt "$rounds" ]; do
          mac=$(ip -n "$pod" -br link show eth0 | grep -o '..:..:..:..:..:..')
          learn "$second"
          learn "$first"
          call DEL "c$round" "$pod"
          swap
          round=$((round + 1))
          call ADD "c$round" "$pod"
          ask_both
        done
        """;

    const string AfterUnusedAddress = Common + """

        # WHO: becomes a ping, in the background
        wait_for_address() {
          [ "$1" = node ] || exec nsenter --net="/run/netns/$1" ping -n -c1 -W20 "$address"
          exec ping -n -c1 -W20 "$address"
        }

        round=0 pod=b
        while [ "$round" -lt "$rounds" ]; do
          swap
          round=$((round + 1))
          forget "$first"
          forget "$second"
          wait_for_address "$first" > /dev/null 2>&1 &
          pings=$!
          wait_for_address "$second" > /dev/null 2>&1 &
          pings="$pings $!"
          await_question "$second"
          await_question "$first"
          call ADD "c$round" "$pod"
          ask_both
          kill $pings 2>> errors
          wait
          call DEL "c$round" "$pod"
        done
        """;

    const string AfterGivingUp = Common + """

        # WHO: waits until it asks no more. The kernel clears away what failed when there is much, in the tables of all nodes together.
        await_giving_up() {
          tries=0
          until case $(entry "$1") in '' | *FAILED*) ;; *) false ;; esac; do
            tries=$((tries + 1))
            [ "$tries" -lt 600 ] || fail "the $1 has not given up: $(entry "$1")"
            sleep 0.1
          done
        }

        round=0 pod=b
        while [ "$round" -lt "$rounds" ]; do
          swap
          round=$((round + 1))
          forget "$first"
          forget "$second"
          repeat_after 100 node asker
          by "$first" ping -n -c1 -W1 "$address" > /dev/null 2>&1 &
          by "$second" ping -n -c1 -W1 "$address" > /dev/null 2>&1 &
          wait
          await_giving_up "$first"
          await_giving_up "$second"
          repeat_after $never node asker
          call ADD "c$round" "$pod"
          ask_both
          call DEL "c$round" "$pod"
        done
        """;

    public static TheoryData<string, string> AddressesAndFirst => new()
    {
        { "10.88.0.50", "node" },
        { "10.88.0.50", "asker" },
        { "fd00:88::50", "node" },
        { "fd00:88::50", "asker" },
    };

    [Theory]
    [MemberData(nameof(AddressesAndFirst))]
    public void The_next_pod_with_an_address_is_reached_with_the_first_packet(string address, string first)
    {
        using var node = NewNode(address);
        AssertAnswers(node, AfterAnother, address, first, Rounds, $"IP={address}");
    }

    [Theory]
    [InlineData("10.88.0.50", """{"runtimeConfig": {"ips": ["10.88.0.50"]}}""")]
    [InlineData("fd00:88::50", """{"runtimeConfig": {"ips": ["fd00:88::50"]}}""")]
    [InlineData("10.88.0.50", """{"args": {"cni": {"ips": ["10.88.0.50"]}}}""")]
    public void Neighbours_learn_the_new_MAC_of_a_requested_address(string address, string keys)
    {
        using var node = NewNode(address, keys);
        AssertAnswers(node, AfterAnother, address, "node", 10);
    }

    [Theory]
    [InlineData("10.88.0.50")]
    [InlineData("fd00:88::50")]
    public void Neighbours_learn_the_new_MAC_of_the_only_address_of_a_range(string address)
    {
        using var node = NewNode(address);
        node.WriteFile($"{ScratchNode.Directory}/input", Configurations.WithIpam(
            $$"""{"subnet": "{{Subnet(address)}}", "rangeStart": "{{address}}", "rangeEnd": "{{address}}"}"""));
        AssertAnswers(node, AfterAnother, address, "node", 10);
    }

    [Theory]
    [MemberData(nameof(AddressesAndFirst))]
    public void A_pod_is_reached_at_once_after_a_request_for_its_unused_address(
        string address,
        string first)
    {
        using var node = NewNode(address);
        AssertAnswers(node, AfterUnusedAddress, address, first, 20, $"IP={address}");
    }

    [Theory]
    [MemberData(nameof(AddressesAndFirst))]
    public void A_pod_is_reached_at_once_after_a_client_gave_up(string address, string first)
    {
        using var node = NewNode(address);
        AssertAnswers(node, AfterGivingUp, address, first, 3, $"IP={address}");
    }

    static void AssertAnswers(
        ScratchNode node,
        string script,
        string address,
        string first,
        int rounds,
        string cniArguments = "")
    {
        const string path = $"{ScratchNode.Directory}/script";
        node.WriteFile(path, script);
        var plugin = Path.Combine(PluginDirectory.UnderTest, "bridge");
        using var process = node.Start(
            "sh",
            [path, plugin, address, first, rounds.ToString(CultureInfo.InvariantCulture)],
            new Dictionary<string, string> { ["CNI_ARGS"] = cniArguments });
        process.FinishInput();

        var answers = process.WaitForExit(TimeSpan.FromMinutes(5)).Succeeded().Stdout
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2 * rounds, answers.Length);
    }

    static string Subnet(string address) => PodNetwork.IsIpv6(address) ? "fd00:88::/64" : "10.88.0.0/24";

    /// <summary>Creates a node with a pod "asker" and two unattached ones.</summary>
    static ScratchNode NewNode(string address, string keys = "{}")
    {
        Requirement.Node();
        if (PodNetwork.IsIpv6(address))
        {
            Requirement.Ipv6();
        }

        var node = new ScratchNode();
        foreach (var pod in new[] { "asker", "a", "b" })
        {
            node.AddPod(pod);
        }

        var ipam = $$"""{"subnet": "{{Subnet(address)}}"}""";
        RawCall.Of(node, "ADD", Configurations.WithIpam(ipam), "asker").Succeed();
        // With -w, ping continues until the first answer. From then on the bridge forwards all frames.
        node.AssertPodReaches("asker", PodNetwork.IsIpv6(address) ? "fd00:88::1" : "10.88.0.1");
        node.WriteFile($"{ScratchNode.Directory}/input", Configurations.WithIpam(ipam, keys));
        return node;
    }
}
