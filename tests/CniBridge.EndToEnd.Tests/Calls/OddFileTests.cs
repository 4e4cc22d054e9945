using CniBridge.EndToEnd.Tests.Installation;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>
/// Tests of named pipes and other special files in place of regular ones. No command and no plugin blocks: each call ends in time, and
/// everything independent of that file works.
/// </summary>
public sealed class OddFileTests
{
    const string Conf = "/etc/cni/net.d";
    const string Pipe = $"{Conf}/99-pipe.conf";

    const string Conflist = """
        {
          "cniVersion": "1.1.0", "name": "podnet",
          "plugins": [
            {"type": "bridge", "isGateway": true, "isDefaultGateway": true, "ipMasq": true, "macspoofchk": true,
             "ipam": {"type": "host-local", "reuseDelay": 1, "ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]]}},
            {"type": "portmap", "runtimeConfig": {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}}
          ]
        }
        """;

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    [Theory]
    [InlineData(1, "conf", "validate", Pipe)]
    [InlineData(2, "conf", "validate")]
    [InlineData(0, "conf", "show")]
    [InlineData(2, "doctor")]
    [InlineData(0, "metrics")]
    [InlineData(0, "ipam", "list")]
    [InlineData(0, "show")]
    [InlineData(0, "repair")]
    [InlineData(0, "install", "--bin-dir", "/run/bin", "--host-integration")]
    [InlineData(0, "uninstall", "--dry-run")]
    public void A_pipe_among_the_configurations_blocks_no_command(int exitCode, params string[] command)
    {
        using var node = WholeNode.NewNode();
        node.WriteFile($"{Conf}/10-podnet.conflist", Conflist);
        node.Run("mkfifo", Pipe).Succeeded();

        var result = node.Run("timeout", ["10", Program, .. command]);

        Assert.True(result.ExitCode == exitCode, result.ToString());
        if (command[0] is "doctor" || command.Contains("validate"))
            Assert.Contains($"{Pipe} is a named pipe; a regular file is needed", result.Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mkfifo", "a named pipe")]
    [InlineData("mkdir", "a directory")]
    [InlineData("ln -s /dev/zero", "a device")]
    public void A_nodes_file_of_another_kind_is_refused_with_its_kind(string make, string words)
    {
        Requirement.Node();
        using var node = new ScratchNode();
        node.Run("sh", "-ec", $"{make} /run/nodes").Succeeded();
        foreach (var command in (string[][])[["routes", "sync"], ["routes", "plan"], ["conf", "init"]])
        {
            var result = node.Run("timeout", ["10", Program, .. command, "--nodes", "/run/nodes", "--node-name", "node1"]);
            Assert.True(result.ExitCode == 1, result.ToString());
            Assert.Contains($"cannot read the nodes file /run/nodes: /run/nodes is {words}", result.Stderr, StringComparison.Ordinal);
        }
        using var agent = node.Start(AgentProgram.Path, ["--nodes", "/run/nodes", "--node-name", "node1"]);
        agent.WaitForOutput($"problem: node1: cannot read the nodes file /run/nodes: /run/nodes is {words}");
    }

    // Each state file in turn is replaced while a pod has its network. Another pod is added and deleted, a runtime sends requests, and an
    // operator runs commands.
    const string Script = """
        program=$1 bin=$2 make=$3
        call() { # PLUGIN VERB CONTAINER KEYS
          CNI_COMMAND=$2 CNI_CONTAINERID=$3 CNI_NETNS=${3:+/run/netns/$3} CNI_IFNAME=${3:+eth0} CNI_PATH=$bin timeout 10 "$bin/$1" > answer 2> errors <<EOF
        {"cniVersion": "1.1.0", "name": "podnet", "type": "$1", "isGateway": true, "ipMasq": true, "macspoofchk": true, $4
         "ipam": {"type": "host-local", "reuseDelay": 1, "ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]]}}
        EOF
        }
        ends() { # the exit code must be none of a time-out or a crash, and a plugin that fails says why
          local code=$1; shift
          [ $code = 0 -o $code = 2 ] || { [ $code = 1 ] && { [ -s errors ] || grep -q '"msg"' answer; }; } || { echo "$file: $*: $code"; cat answer errors; }
        }
        cd /run/node
        "$program" add one one > answer 2> errors || { cat answer errors; exit 1; }
        # Times of release are kept of addresses that a pod had.
        "$program" add two two --conf two.conflist > answer 2> errors && "$program" del two two --conf two.conflist > answer 2> errors || { cat answer errors; exit 1; }
        count=0
        for file in $(find /var/lib/cni /var/lib/cni-bridge /run/cni-bridge -type f | sort); do
          count=$((count + 1))
          mv "$file" kept
          $make "$file"
          "$program" add two two --conf two.conflist > answer 2> errors; ends $? add
          "$program" check one one > answer 2> errors; ends $? check
          for plugin in bridge host-local portmap; do
            call $plugin STATUS "" ""; ends $? $plugin STATUS
            call $plugin GC "" '"cni.dev/valid-attachments": [{"containerID": "one", "ifname": "eth0"}, {"containerID": "two", "ifname": "eth0"}],'; ends $? $plugin GC
          done
          for command in doctor status metrics show "pod one" log "ipam list" "ipam leaks" repair; do
            timeout 20 "$program" $command > answer 2> errors; ends $? $command
          done
          "$program" del two two --conf two.conflist > answer 2> errors; ends $? del
          rm -rf "$file"; mv kept "$file"
          # With the file in its place all is well again.
          "$program" del two two --conf two.conflist > answer 2> errors || { echo "$file: del again: $?"; cat answer errors; }
          "$program" check one one > answer 2> errors || { echo "$file: check again: $?"; cat answer errors; }
        done
        "$program" del one one > answer 2> errors || { echo "del one: $?"; cat answer errors; }
        echo "$count files"
        """;

    [Theory]
    [InlineData("mkfifo")]
    [InlineData("ln -s /dev/zero")]
    [InlineData("ln -s /nowhere/at/all")]
    public void A_state_file_of_another_kind_blocks_no_call(string make)
    {
        Requirement.Programs("nft", "mkfifo");
        Requirement.Node();
        Requirement.Ipv6();
        using var node = new ScratchNode();
        node.Bind(PluginDirectory.UnderTest, "/opt/cni/bin");
        node.WriteFile($"{Conf}/10-podnet.conflist", Conflist);
        node.WriteFile($"{ScratchNode.Directory}/two.conflist", Conflist.Replace("8080", "8081", StringComparison.Ordinal));
        node.AddPod("one");
        node.AddPod("two");

        using var run = node.Start("bash", ["-c", Script, "bash", Program, PluginDirectory.UnderTest, make]);
        run.FinishInput();
        var output = run.WaitForExit(TimeSpan.FromMinutes(10)).Succeeded().Stdout;

        Assert.Matches("^1[0-9] files\n$", output);
        Assert.Empty(node.Reservations());
        Assert.Empty(node.PodLinks("cni0"));
    }
}
