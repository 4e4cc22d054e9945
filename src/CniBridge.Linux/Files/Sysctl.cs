namespace CniBridge.Linux.Files;

/// <summary>
/// Kernel settings below /proc/sys of the network namespace of the calling thread. A setting is written only if its value differs:
/// a write to a forwarding setting makes the kernel walk all devices.
/// </summary>
public static class Sysctl
{
    /// <summary>Returns the value of a setting without the line feed, or null if the kernel or the namespace lacks the setting.</summary>
    /// <param name="name">The path below /proc/sys, such as net/ipv4/ip_forward. Interface names may contain dots.</param>
    public static string? TryRead(string name)
    {
        using var file = Descriptor.TryOpen(PathOf(name), LibC.O_RDONLY, 0, Errno.ENOENT);
        return file is null ? null : System.Text.Encoding.ASCII.GetString(file.ReadToEnd(4096)).TrimEnd('\n');
    }

    /// <summary>Sets a value unless it is already set. Returns false if there is no such setting.</summary>
    /// <exception cref="KernelException">The kernel refused the value, or /proc/sys is read-only.</exception>
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
    /// Writes a value without reading it first, for a new link. Logs a failure, and ignores a kernel that lacks the setting.
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

    /// <summary>Sets an optional value as <see cref="Ensure"/> does. Logs a failure.</summary>
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
