using System.Text;

namespace CniBridge.Linux.Files;

/// <summary>The ID of the current boot (random(4)). Kernel state from another boot no longer exists.</summary>
public static class BootId
{
    static readonly Lazy<string> s_current = new(() =>
        Encoding.ASCII.GetString(SmallFile.TryRead("/proc/sys/kernel/random/boot_id", 64) ?? []).TrimEnd('\n'));

    /// <summary>The boot ID; empty if the kernel does not provide it.</summary>
    public static string Current => s_current.Value;
}
