namespace CniBridge.EndToEnd.Tests.Machines;

/// <summary>
/// A node in a virtual machine: private network and mount namespaces with empty state directories. It stays until the machine ends, which
/// has memory for some hundreds of nodes.
/// </summary>
sealed class VirtualNode : Node
{
    const string Setup = """
        ip link set lo up
        mount -t sysfs sysfs /sys
        mount -t tmpfs tmpfs /run
        mkdir /run/netns /run/node
        for directory in /etc/cni /opt/cni /var/lib/cni /var/lib/cni-bridge; do
          mkdir -p "$directory"
          mount -t tmpfs tmpfs "$directory"
        done
        """;

    readonly VirtualMachine machine;
    readonly string directory;

    internal VirtualNode(VirtualMachine machine, string directory)
    {
        this.machine = machine;
        this.directory = directory;
        machine.Run($$"""
            set -e
            mkdir {{directory}}
            cd {{directory}}
            touch net mnt
            unshare --net=net --mount=mnt sh -ec {{Shell.Quote(Setup)}}
            """).Succeeded();
    }

    public override CommandResult Run(
        string program,
        IEnumerable<string> arguments,
        string input,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var words = string.Join(' ', arguments.Select(Shell.Quote));
        var variables = environment ?? new Dictionary<string, string>();
        var assignments = string.Join(' ', variables.Select(item => $"{item.Key}={Shell.Quote(item.Value)}"));
        // Busybox's nsenter is static, which makes it three times as fast. It would prefer busybox's own programs. A path may lead to a
        // file that only this node has.
        var found = program.StartsWith('/') ? Shell.Quote(program) : $"$(command -v {Shell.Quote(program)})";
        var result = machine.Run($$"""
            program={{found}}
            printf %s {{Shell.Quote(input)}} |
              {{assignments}} busybox nsenter --net={{directory}}/net --mount={{directory}}/mnt "$program" {{words}}
            """);
        return result with { CommandLine = string.Join(' ', arguments.Prepend(program)) };
    }

    public override void WriteFile(string path, byte[] content) =>
        Run("sh", ["-ec", """mkdir -p "${1%/*}"; base64 -d > "$1" """, "sh", path], Convert.ToBase64String(content))
            .Succeeded();
}
