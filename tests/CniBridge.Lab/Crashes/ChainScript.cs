namespace CniBridge.Lab.Crashes;

/// <summary>
/// The shell script for a runtime with the chain bridge and portmap in the node. One run is one crash with its cleanup. <see
/// cref="ChainReport"/> reads its output.
/// </summary>
static class ChainScript
{
    /// <summary>The directory of the script and its files.</summary>
    public const string Directory = "/run/node/chain";

    /// <summary>A shell function: state NAME prints everything that plugins could leave, for <see cref="NodeThings"/>.</summary>
    public const string State = """
        state() {
          echo "== state-$1 0"
          ip -j -d address show
          for pod in /run/netns/*; do
            echo "in ${pod##*/}"
            printf '%s\n' 'address show' '-4 route show' '-6 route show' | ip -n "${pod##*/}" -j -d -batch -
          done
          echo "in node"
          nft -j -s list ruleset
          find /var/lib/cni /var/lib/cni-bridge $(ls -d /run/cni-bridge 2> /dev/null) \
            -name '*lock' -o -name 'operations.log*' -o -type f -empty -printf 'empty %p\n' -o -printf '%y %p\n'
          grep -l 1 /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
        }
        """;

    /// <summary>
    /// The script. Its arguments are PLUGINS VERB PLUGIN [OPTION of strace...]; it traces the plugin during the verb of the chain.
    /// </summary>
    public const string Text = $$$"""
        {{{State}}}
        cd /run/node/chain
        plugins=$1 verb=$2 traced=$3
        shift 3
        options=$*

        # VERB PLUGIN CONTAINER: one call, with the result of ADD where there is one, as runtimes do.
        call() {
          { cat "$2-$3"; if [ -e "result-$3" ]; then echo ', "prevResult":'; cat "result-$3"; fi; echo '}'; } > input
          wrapper=
          if [ "$2" = "$traced" ] && [ -n "$isTraced" ]; then
            wrapper="timeout 80 strace -f -qq -o trace $options"
            if [ "$options" = "-e trace=all" ]; then state before; fi
          fi
          CNI_COMMAND=$1 CNI_CONTAINERID=container-$3 CNI_NETNS=/run/netns/$3 CNI_IFNAME=eth0 CNI_PATH="$plugins" \
            $wrapper "$plugins/$2" < input > out 2> err
          code=$?
          if [ -n "$wrapper" ]; then tracedCode=$code; cp err log; fi
          return $code
        }
        attach() {
          rm -f "result-$1"
          for plugin in bridge portmap; do
            call ADD $plugin "$1" || { rm -f "result-$1"; return 1; }
            cp out "result-$1"
          done
        }
        detach() { call DEL portmap "$1" && call DEL bridge "$1" && rm -f "result-$1"; }
        collect() { call GC bridge all && call GC portmap all; }

        # NAME COMMAND...: tells its code, and what was said last if that is not 0.
        tell() {
          name=$1
          shift
          "$@"
          last=$?
          echo "== $name $last"
          if [ $last != 0 ]; then cat out err; echo; fi
        }
        disturb() {
          tracedCode=- isTraced=1
          rm -f log
          tell chain "$@"
          isTraced=
          echo "== traced $tracedCode"
          if [ -e trace ]; then grep -e INJECTED -e 'killed by' trace; fi
          echo "== log 0"
          if [ -e log ]; then cat log; echo; fi
        }
        forget() {
          for container in pod stale gone; do
            if [ ! -e "/run/netns/$container" ]; then ip netns add $container; fi
            if [ -e "result-$container" ]; then detach $container; fi
          done
          if [ -e /sys/class/net/cni0 ]; then ip link delete cni0; fi
          nft flush ruleset
          rm -rf /var/lib/cni/* /var/lib/cni-bridge/* /run/cni-bridge
          echo 0 > /proc/sys/net/ipv4/ip_forward
          echo 0 > /proc/sys/net/ipv6/conf/all/forwarding
        }
        # The link first, because the script does not wait for the end of a namespace.
        die() { ip -n gone link delete eth0 && ip netns del gone && rm -f result-gone; }
        revive() {
          if [ ! -e /run/netns/gone ]; then ip netns add gone; fi
          for container in pod stale gone; do
            if [ ! -e "result-$container" ]; then attach $container || return; fi
          done
        }

        # Each begins where no plugin ever ran, or where the one before it of its verb ended.
        if [ "$verb" = ADD ] || [ "$(cat verb 2> /dev/null)" != "$verb" ]; then forget; fi
        echo "$verb" > verb
        rm -f trace
        case $verb in
          ADD)
            disturb attach pod
            state after
            tell repair detach pod
            state repaired
            tell again attach pod
            state again
            tell end detach pod
            state end ;;
          DEL)
            if [ ! -e result-pod ]; then tell before attach pod; fi
            disturb detach pod
            state after
            tell repair detach pod
            state repaired
            tell again attach pod
            state again ;;
          GC)
            tell before revive
            die
            disturb collect
            state after
            tell repair collect
            rm -f result-stale
            state repaired
            tell again revive
            state again ;;
        esac
        """;
}
