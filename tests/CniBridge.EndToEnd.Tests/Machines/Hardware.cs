namespace CniBridge.EndToEnd.Tests.Machines;

/// <summary>A computer that the emulator imitates.</summary>
/// <param name="Runtime">The .NET runtime identifier, the argument of scripts/virtual-machine and scripts/build.</param>
/// <param name="Emulator">The emulator program.</param>
/// <param name="Arguments">The arguments that choose the computer and its processor.</param>
/// <param name="Console">The kernel's name of the serial port, and further parameters of the kernel.</param>
public sealed record Hardware(string Runtime, string Emulator, IReadOnlyList<string> Arguments, string Console)
{
    public static readonly Hardware X64 = new("linux-x64", "qemu-system-x86_64", ["-cpu", "max"], "ttyS0 no_timer_check");

    /// <summary>
    /// An ARMv8.0 processor, so that the tested program runs on every arm64 machine. The machine's clock counts instructions (icount), so
    /// that no timeout in it expires on a busy host. On x64 that would double the time of the tests.
    /// </summary>
    public static readonly Hardware Arm64 = new(
        "linux-arm64", "qemu-system-aarch64", ["-machine", "virt", "-cpu", "cortex-a53", "-icount", "shift=2"], "ttyAMA0");
}
