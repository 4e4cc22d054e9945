using System.Diagnostics;
using CniBridge.Linux.Namespaces;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>A network namespace with an empty firewall, and the programs that run in it.</summary>
sealed class ScratchFirewall : IDisposable
{
    const string GoPlugins = "/usr/lib/cni";

    readonly TemporaryDirectory _programs = new();

    ScratchFirewall()
    {
        foreach (var program in new[] { "iptables", "ip6tables" })
            File.CreateSymbolicLink(_programs[program], $"/usr/sbin/{program}-nft");
    }

    /// <summary>Runs a test on a thread in the namespace, where its programs start too.</summary>
    internal static void Run(Action<ScratchFirewall> test)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: a namespace is made");
        foreach (var path in new[] { $"{GoPlugins}/portmap", "/usr/sbin/iptables-nft", "/usr/sbin/nft", "/usr/sbin/ip" })
            Assert.SkipUnless(File.Exists(path), $"there is no {path}");
        _ = NetworkNamespace.RunInNew(() =>
        {
            using var firewall = new ScratchFirewall();
            test(firewall);
            return true;
        });
    }

    internal string Nft(string input, params string[] arguments) => Run("/usr/sbin/nft", input, arguments);

    /// <summary>The whole ruleset without counters and handles.</summary>
    internal string Ruleset => Nft("", "--stateless", "list", "ruleset");

    internal string Ip(params string[] arguments) => Run("/usr/sbin/ip", "", arguments);

    internal string Iptables(params string[] arguments) => Run("/usr/sbin/iptables-nft", "", arguments);

    internal string Portmap(string command, string containerId, string config) => Run(
        $"{GoPlugins}/portmap", config, [], new()
        {
            ["CNI_COMMAND"] = command,
            ["CNI_CONTAINERID"] = containerId,
            ["CNI_NETNS"] = "/no/such/namespace",
            ["CNI_IFNAME"] = "eth0",
            ["CNI_PATH"] = GoPlugins,
        });

    string Run(string program, string input, string[] arguments, Dictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PATH"] = $"{_programs.Path}:/usr/sbin:/usr/bin:/sbin:/bin" },
        };
        foreach (var (name, value) in variables ?? [])
            start.Environment[name] = value;
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync();
        child.StandardInput.Write(input);
        child.StandardInput.Close();
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{errors.Result}");
        return output;
    }

    public void Dispose() => _programs.Dispose();
}
