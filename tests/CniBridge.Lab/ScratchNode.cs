namespace CniBridge.Lab;

/// <summary>
/// A node on this machine's kernel with new network, mount, PID and host name namespaces and empty state directories. Its first process
/// lives as long as the test process holds the other end of its standard input. The kernel kills all other processes of a PID namespace
/// when the first one ends.
/// </summary>
sealed class ScratchNode : Node, IDisposable
{
    /// <summary>
    /// The shell function that keeps writes below a directory inside the node, where the existing content stays visible. It also works for
    /// a missing mount point, which would otherwise be created on the machine.
    /// </summary>
    const string CoverFunction = """
        cover() {
          mkdir /run/layers
          mount -t tmpfs tmpfs /run/layers
          mkdir /run/layers/upper /run/layers/work
          mount -t overlay -o "lowerdir=$1,upperdir=/run/layers/upper,workdir=/run/layers/work" overlay "$1"
          umount --lazy /run/layers
          rmdir /run/layers
        }

        """;

    // The shell stays the first process (no exec), so that it reaps orphaned daemons.
    const string Setup = $$"""
        set -e
        {{CoverFunction}}
        [ -z "$1" ] || echo "$1" > /proc/sys/kernel/hostname
        ip link set lo up
        mount -t tmpfs tmpfs /run
        mkdir /run/netns /run/node /run/cgroup
        if [ -d /sys/fs/cgroup ]; then mount --rbind /sys/fs/cgroup /run/cgroup; fi
        mount -t sysfs sysfs /sys
        if [ -d /sys/fs/cgroup ]; then mount --move /run/cgroup /sys/fs/cgroup; fi
        rmdir /run/cgroup
        for directory in /var/lib/cni /var/lib/cni-bridge /var/lib/containers /etc/cni /etc/cni-bridge /opt/cni; do
          if [ ! -d "$directory" ]; then
            parent=${directory%/*}
            case " $covered " in
              *" $parent "*) ;;
              *) cover "$parent"; covered="$covered $parent" ;;
            esac
            mkdir "$directory"
          fi
          mount -t tmpfs tmpfs "$directory"
        done
        mkdir -p /etc/cni/net.d /opt/cni/bin
        exec 3<&0
        cat <&3 >/dev/null &
        echo ready
        wait
        """;

    readonly RunningProcess holder;

    /// <param name="name">The host name of the node; null for that of the machine.</param>
    public ScratchNode(string name = "")
    {
        holder = new RunningProcess("unshare", [
            "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
            "--", "sh", "-c", Setup, "sh", name]);
        try
        {
            holder.WaitForOutput("ready");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Starts a program in the node; the caller waits for it or disposes it.</summary>
    public RunningProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var namespaces = $"/proc/{holder.Id}/ns";
        return new RunningProcess("nsenter", [
            $"--net={namespaces}/net", $"--mount={namespaces}/mnt", $"--uts={namespaces}/uts",
            $"--pid={namespaces}/pid_for_children",
            "--", program, .. arguments], environment);
    }

    public override CommandResult Run(
        string program,
        IEnumerable<string> arguments,
        string input,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(program, arguments, environment);
        process.FinishInput(input);
        return process.WaitForExit();
    }

    /// <summary>Returns the path by which the test process reaches a path of the node.</summary>
    public string FromOutside(string path) => $"/proc/{holder.Id}/root{path}";

    public override void WriteFile(string path, byte[] content)
    {
        var outside = FromOutside(path);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(outside)!);
        File.WriteAllBytes(outside, content);
    }

    public void WriteProgram(string path, string script)
    {
        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        WriteFile(path, script + "\n");
        File.SetUnixFileMode(FromOutside(path), readable | UnixFileMode.UserWrite | executable);
    }

    /// <summary>Connects the node to another one with a link in each.</summary>
    public void Connect(string link, ScratchNode other, string otherLink)
    {
        // The process uses the machine's own /proc, because nodes do not see each other's processes.
        using var process = new RunningProcess("nsenter", [
            $"--net=/proc/{holder.Id}/ns/net", "--", "ip", "link", "add", link, "type", "veth",
            "peer", "name", otherLink, "netns", $"{other.holder.Id}"]);
        process.WaitForExit().Succeeded();
    }

    /// <summary>Keeps writes of the node below a directory inside the node.</summary>
    public void Cover(string directory) => Run("sh", "-ec", $"{CoverFunction}cover \"$1\"", "sh", directory).Succeeded();

    /// <summary>Makes a directory of the machine visible at another path of the node.</summary>
    public void Bind(string source, string target) => Run("mount", "--bind", source, target).Succeeded();

    public void Dispose()
    {
        holder.FinishInput();
        try
        {
            // The first process ends after all others in the node.
            holder.WaitForExit();
        }
        catch (TimeoutException)
        {
            // Dispose of the holder kills what is left.
        }
        finally
        {
            holder.Dispose();
        }
    }
}
