using System.Text;

namespace CniBridge.Linux;

/// <summary>Which start of this machine it is (random(4)): what was made in another one, and lives in memory, is gone.</summary>
public static class BootId
{
    static readonly Lazy<string> s_current = new(() =>
        Encoding.ASCII.GetString(SmallFile.TryRead("/proc/sys/kernel/random/boot_id", 64) ?? []).TrimEnd('\n'));

    /// <summary>Empty where the kernel does not tell.</summary>
    public static string Current => s_current.Value;
}
