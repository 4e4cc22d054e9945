namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>What a test needs of the machine: it is skipped, with the reason, where that is missing.</summary>
static class Requirement
{
    /// <summary>The answer is the same for all tests, and each new namespace costs the kernel time.</summary>
    static readonly Lazy<string?> s_missingKernelFeature = new(FindMissingKernelFeature);

    /// <summary>Everything a <see cref="ScratchNode"/> is made with, and the programs named.</summary>
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
