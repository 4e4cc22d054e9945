using System.Globalization;
using System.Text;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Machines;

/// <summary>
/// An emulated machine with Debian's kernel and programs. It boots when a test first runs a script in it. Our plugins and Go's have the
/// same paths as outside.
/// </summary>
public abstract class VirtualMachine(Hardware hardware) : IDisposable
{
    // The emulator is slow, and a machine of CI may be busy.
    static readonly TimeSpan BootTimeout = TimeSpan.FromMinutes(5);

    // Longer than a script may take in the machine, whose clock may be slower than this machine's.
    static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(5);

    // Scripts and answers are lines on a virtio port. It loses no data on a slow machine, unlike an emulated serial port. The shell of
    // busybox runs busybox applets without a new program, so it is fast. Scripts run in the other shell, which runs the programs of the
    // path.
    const string Init = """
        #!/usr/bin/busybox sh
        export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
        mount -t devtmpfs devtmpfs /dev
        mount -t proc proc /proc
        mount -t sysfs sysfs /sys
        mount -t tmpfs tmpfs /run
        mkdir /machine
        modprobe -a virtio_pci virtio_console
        ip link set lo up
        until [ -e /dev/vport0p1 ]; do sleep 0.1; done
        exec 3<> /dev/vport0p1 <&3 >&3 3>&-
        echo ready
        while read -r number script; do
          echo "$script" | base64 -d > /machine/script
          timeout -s KILL 60 /usr/bin/dash /machine/script < /dev/null > /machine/stdout 2> /machine/stderr
          echo "answer $number $? $(base64 -w 0 /machine/stdout) $(base64 -w 0 /machine/stderr)"
        done
        """;

    // The kernel takes several archives in one file; busybox pads each of them as it must.
    const string MakeInitialFiles = $$"""
        cd {{Node.Directory}}
        mkdir -p "root$1"
        cp -a "$1/." "root$1"
        cat > root/init
        chmod +x root/init
        cp "$2" initrd
        cd root
        find . | busybox cpio --quiet -o -H newc >> ../initrd
        """;

    ScratchNode? cage;
    RunningProcess? emulator;
    string? whyNot;
    string? lost;
    int scripts;
    int nodes;

    /// <summary>Runs a script in the machine with a time limit of 60 seconds.</summary>
    internal CommandResult Run(string script)
    {
        var machine = Start();
        scripts++;
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(script));
        machine.WriteInput(string.Create(CultureInfo.InvariantCulture, $"{scripts} {encoded}\n"));
        var answer = machine.FindOutput($@"(?m)^answer {scripts} (\d+) (\S*) (\S*)$", AnswerTimeout);
        if (answer is null)
        {
            lost = $"the machine did not answer to {script}\n{LastWords(machine)}";
            Assert.Fail(lost);
        }

        var exitCode = int.Parse(answer.Groups[1].Value, CultureInfo.InvariantCulture);
        return new CommandResult(script, exitCode, Decode(answer.Groups[2].Value), Decode(answer.Groups[3].Value));
    }

    /// <summary>Creates a node in the machine for one test.</summary>
    internal VirtualNode AddNode()
    {
        nodes++;
        return new VirtualNode(this, string.Create(CultureInfo.InvariantCulture, $"/machine/node{nodes}"));
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            emulator?.Dispose();
            cage?.Dispose();
        }
    }

    static string Decode(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));

    static string LastWords(RunningProcess machine)
    {
        var output = machine.Output;
        return output[Math.Max(0, output.Length - 3000)..];
    }

    RunningProcess Start()
    {
        Assert.True(lost is null, lost);
        if (emulator is null && whyNot is null)
        {
            Boot();
        }

        Assert.SkipWhen(whyNot is not null, whyNot ?? "");
        return emulator!;
    }

    void Boot()
    {
        Requirement.Node(hardware.Emulator, "busybox");
        var files = Path.Combine(PluginDirectory.RepositoryRoot, "artifacts", "virtual-machine", hardware.Runtime);
        var kernel = Path.Combine(files, "vmlinuz");
        Assert.SkipUnless(File.Exists(kernel), $"there is no {kernel}: scripts/virtual-machine {hardware.Runtime} makes it");

        // The emulator runs in its own node, so that it always ends with the test process.
        cage ??= new ScratchNode();
        var plugins = PluginDirectory.Of(hardware.Runtime);
        cage.Run("sh", ["-ec", MakeInitialFiles, "sh", plugins, Path.Combine(files, "root.cpio")], Init).Succeeded();
        // Never KVM: emulated, it starts within seconds everywhere, and a /dev/kvm may be unable to run this kernel.
        // norandmaps: the emulator translates a program again when it runs at another address. Without it, tests take twice as long.
        emulator = cage.Start(hardware.Emulator, [
            .. hardware.Arguments,
            "-accel", "tcg", "-smp", "1", "-m", "512",
            "-no-user-config", "-nodefaults", "-nic", "none", "-display", "none", "-no-reboot",
            "-kernel", kernel, "-initrd", $"{Node.Directory}/initrd",
            "-append", $"console={hardware.Console} panic=-1 norandmaps mitigations=off",
            "-serial", "file:/dev/stderr",
            "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=scripts", "-chardev", "stdio,id=scripts"]);
        if (emulator.FindOutput("(?m)^ready$", BootTimeout) is null)
        {
            whyNot = $"the machine {hardware.Runtime} does not start: {LastWords(emulator)}";
        }
    }
}
