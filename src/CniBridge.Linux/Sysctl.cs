namespace CniBridge.Linux;

/// <summary>
/// Kernel settings below /proc/sys, of the network namespace that the calling thread is in. Read first, written only where
/// they differ: a write to a forwarding setting makes the kernel walk every device.
/// </summary>
public static class Sysctl
{
    /// <summary>The setting's text without its newline, or null when this kernel or namespace has no such setting.</summary>
    /// <param name="name">With slashes, as below /proc/sys: net/ipv4/ip_forward. Interface names may contain dots.</param>
    public static string? TryRead(string name)
    {
        using var file = Descriptor.TryOpen(PathOf(name), LibC.O_RDONLY, 0, Errno.ENOENT);
        return file is null ? null : System.Text.Encoding.ASCII.GetString(file.ReadToEnd(4096)).TrimEnd('\n');
    }

    /// <summary>Makes the setting have this value; false when there is no such setting.</summary>
    /// <exception cref="KernelException">The kernel refuses, or /proc/sys is read-only.</exception>
    public static bool Ensure(string name, string value)
    {
        var current = TryRead(name);
        if (current is null)
            return false;
        if (current == value)
            return true;
        using var file = Descriptor.Open(PathOf(name), LibC.O_WRONLY);
        file.WriteAll(System.Text.Encoding.ASCII.GetBytes(value));
        return true;
    }

    /// <summary>
    /// Writes without looking, for a link that was just made: a refusal is logged, and a kernel without the setting is as
    /// good.
    /// </summary>
    public static void TryWrite(string name, string value, TextWriter log)
    {
        try
        {
            using var file = Descriptor.TryOpen(PathOf(name), LibC.O_WRONLY, 0, Errno.ENOENT);
            file?.WriteAll(System.Text.Encoding.ASCII.GetBytes(value));
        }
        catch (KernelException e)
        {
            log.WriteLine($"could not set {name} to {value}: {e.Message}");
        }
    }

    /// <summary>As <see cref="Ensure"/>, for a setting that only makes things better: a refusal is logged.</summary>
    public static void TryEnsure(string name, string value, TextWriter log)
    {
        try
        {
            Ensure(name, value);
        }
        catch (KernelException e)
        {
            log.WriteLine($"could not set {name} to {value}: {e.Message}");
        }
    }

    static string PathOf(string name) => "/proc/sys/" + name;
}
