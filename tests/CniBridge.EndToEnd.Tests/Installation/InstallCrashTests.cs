namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>
/// Tests with strace, which kills the program at each call that changes a name. The same command then completes the work.
/// </summary>
[RunsFirst]
public sealed class InstallCrashTests
{
    // The program is killed at call 1, 2, … in a new node each time until it completes. The final state must equal that of an undisturbed
    // run, and each plugin must work in between.
    const string Script = """
        program=$1 call=$2 what=$3
        bin=/opt/cni/bin
        look() {
          (cd $bin; find . -path './.cni-bridge/installation.json' -o -printf '%p %y %l\n' | grep -v '^\. ' | sort
          find . -type f ! -name installation.json -print0 | sort -z | xargs -0 -r cksum)
          find /etc/cni /etc/sysctl.d /etc/NetworkManager /etc/systemd /var/lib/cni-bridge /run/cni-bridge -printf '%p %y\n' 2> /dev/null | sort
          ip -br link show type bridge | cut -d ' ' -f 1
        }
        reset() {
          rm -rf $bin/.cni-bridge $bin/* /etc/cni/net.d/* /etc/*/network/05* /etc/*.d/90* /etc/*/conf.d/90* /run/cni-bridge /var/lib/cni-bridge/*
          ip link delete cni0 2> /dev/null
          for name in bridge host-local loopback portmap; do cp -p /bin/true $bin/$name; done
          case $what in
            uninstall)
              "$program" install --with-conf --pod-cidr 10.88.0.0/24 --host-integration
              ip link add cni0 type bridge
              mkdir -p /run/cni-bridge/some; echo > /run/cni-bridge/some/file; echo > /var/lib/cni-bridge/file;;
            rollback) "$program" install;;
          esac > /dev/null
        }
        run() {
          case $what in
            install) "$@" "$program" install --with-conf --pod-cidr 10.88.0.0/24 --host-integration;;
            *) "$@" "$program" $what;;
          esac
        }
        reset; run > /dev/null || exit 1; expected=$(look)
        for ((i = 1; ; i++)); do
          reset
          run strace -f -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$i > /dev/null 2>&1 && break
          for name in bridge host-local loopback portmap; do
            [ $what = uninstall -o -x $bin/$name ] || echo "killed at $call $i: no $name"
          done
          run > /dev/null || echo "killed at $call $i: the next failed"
          found=$(look)
          [ "$found" = "$expected" ] || { echo "killed at $call $i:"; diff <(echo "$expected") <(echo "$found"); }
        done
        echo $((i - 1))
        """;

    [Theory]
    [InlineData("install", "rename", 5)]
    [InlineData("install", "linkat", 8)]
    [InlineData("install", "symlink", 4)]
    [InlineData("install", "unlink", 5)]
    [InlineData("rollback", "rename", 5)]
    [InlineData("rollback", "linkat", 5)]
    [InlineData("rollback", "unlink", 5)]
    [InlineData("rollback", "rmdir", 2)]
    [InlineData("uninstall", "rename", 5)]
    [InlineData("uninstall", "unlink", 10)]
    [InlineData("uninstall", "rmdir", 4)]
    public void A_repeated_command_finishes_after_a_crash(string command, string call, int least)
    {
        using var node = WholeNode.NewNode("strace", "bash");

        var output = node.Run("bash", "-c", Script, "bash", WholeNode.Program, call, command).Stdout;

        Assert.True(int.TryParse(output, out var count), output);
        Assert.InRange(count, least, 100);
    }
}
