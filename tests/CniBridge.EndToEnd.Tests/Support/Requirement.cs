namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>Requirements of tests. A test is skipped with the reason if one is missing.</summary>
static class Requirement
{
    /// <summary>The missing kernel feature, determined once for all tests, because each new namespace takes time.</summary>
    static readonly Lazy<string?> s_missingKernelFeature = new(FindMissingKernelFeature);

    /// <summary>Requires everything that a <see cref="ScratchNode"/> needs, and the named programs.</summary>
    public static void Node(params string[] programs)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("needs root: namespaces, mounts and links are made");
        }

        Programs(["ip", "ping", "unshare", "nsenter", "mount", "cat", .. programs]);
        Assert.SkipWhen(s_missingKernelFeature.Value is not null, s_missingKernelFeature.Value ?? "");
    }

    static string? FindMissingKernelFeature()
    {
        using var kernel = new RunningProcess("unshare", [
            "--net", "--mount", "--pid", "--fork", "--", "sh", "-c",
            "ip link add type bridge && ip link add type veth"]);
        var result = kernel.WaitForExit();
        return result.ExitCode == 0 ? null : $"no namespaces, bridges or veths here: {result.Stderr}";
    }

    public static void Ipv6() => Directory("/proc/sys/net/ipv6", "IPv6 in the kernel");

    public static void Programs(params string[] programs)
    {
        foreach (var program in programs)
        {
            if (InstalledPrograms.Find(program) is null)
            {
                Assert.Skip($"the program {program} is not installed");
            }
        }
    }

    public static void Directory(string path, string purpose)
    {
        if (!System.IO.Directory.Exists(path))
        {
            Assert.Skip($"{purpose} is missing: there is no {path}");
        }
    }
}
