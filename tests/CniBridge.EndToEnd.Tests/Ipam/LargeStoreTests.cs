using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>Tests of stores with more reservations than fit into the memory limit of a plugin call (128 MB).</summary>
[RunsFirst]
public sealed class LargeStoreTests : IDisposable
{
    const string Configuration = """
        {"cniVersion": "1.1.0", "name": "big", "type": "host-local", "ipam": {"type": "host-local", "subnet": "10.64.0.0/10"}}
        """;

    /// <summary>Writes a number of reservations and of records of the owner index, whose stamp is outdated then.</summary>
    const string Fill = """
        index=$(echo /var/lib/cni-bridge/owners/big-*)
        test -d "$index"
        busybox awk -v reservations="$1" -v records="$2" -v index_of="$index" -v boot="$(cat /proc/sys/kernel/random/boot_id)" '
          function address(i) { return "10." (65 + int(i / 65536)) "." int(i / 256) % 256 "." i % 256 }
          BEGIN {
            for (i = 0; i < reservations; i++) {
              file = "/var/lib/cni/networks/big/" address(i)
              printf "%064x\r\neth0", i > file
              close(file)
            }
            for (i = 0; i < records; i++) {
              id = sprintf("%064x", i)
              file = index_of "/" id ",eth0"
              printf "%s\ncontainer=%s\ninterface=eth0\nstore=/var/lib/cni/networks/big\nboot=%s\n", address(i), id, boot > file
              printf "netns=/var/run/netns/cni-%s\nnetnsid=4:4026531840:1\npod=default/pod-%d\n", substr(id, 1, 36), i > file
              printf "since=1796000000\nend\n" > file
              close(file)
            }
          }'
        """;

    readonly ScratchNode node = new();

    public void Dispose() => node.Dispose();

    [Theory]
    [InlineData(100_000, 100_000)]
    [InlineData(100_000, 0)]
    [InlineData(1, 100_000)]
    public void ADD_DEL_and_GC_work_with_many_reservations_and_records(int reservations, int records)
    {
        Requirement.Node("busybox");
        node.AddPod("pod");
        var first = Call("first");
        first.Succeed();
        node.Run("sh", ["-ec", Fill, "sh", $"{reservations}", $"{records}"]).Succeeded();

        Assert.Contains("10.64.0.3/10", Call("second").Succeed().ToString(), StringComparison.Ordinal);
        Assert.Equal(reservations + 2, Count("/var/lib/cni/networks/big -name 10.*"));
        // The records have owners and addresses only.
        Assert.Equal(reservations + 2, Count("/var/lib/cni-bridge/owners -name *,eth0"));
        first.With("CNI_COMMAND", "DEL").Succeed();
        Assert.Equal(reservations + 1, Count("/var/lib/cni/networks/big -name 10.*"));

        var valid = """
            "cni.dev/valid-attachments": [{"containerID": "second", "ifname": "eth0"}], "ipam"
            """;
        first.With("CNI_COMMAND", "GC").WithInput(Configuration.Replace("\"ipam\"", valid, StringComparison.Ordinal)).Succeed();
        Assert.Equal(1, Count("/var/lib/cni/networks/big -name 10.*"));
        Assert.Equal(1, Count("/var/lib/cni-bridge/owners -name *,eth0"));
    }

    RawCall Call(string id) => RawCall.Of(node, "ADD", Configuration).With("CNI_CONTAINERID", id) with { Plugin = "host-local" };

    int Count(string where) => node.Run("find", where.Split(' ')).Succeeded().Stdout.Count(character => character == '\n');
}
