using System.CommandLine;
using CniBridge.CommandLine;
using CniBridge.Node.Cluster.Conflists;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Node.Installation;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Commands;

/// <summary>The command install: copies this program into the node's plugin directory and creates the links of its roles.</summary>
sealed class InstallCommand
{
    /// <summary>The running executable. Its original path may name another file by now.</summary>
    const string OwnProgram = "/proc/self/exe";

    readonly OutputOption _output = new();

    readonly Option<string> _binDir = SharedOptions.BinDir("Plugin directory. It is created if it does not exist.");

    readonly Option<string> _confDir = SharedOptions.ConfDir();

    readonly Option<string?> _withConf = new("--with-conf")
    {
        Description = "Also write a network configuration: the content of a file, or without a file a bridge cni0 with --pod-cidr.",
        HelpName = "file",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<string[]> _podCidr = new("--pod-cidr")
    {
        Description = "Pod CIDR of this node, one per address family. Requires --with-conf without a file.",
    };

    readonly Option<string[]> _clusterCidr = SharedOptions.ClusterCidrs(
        "The cluster's pod CIDR. Pods are masqueraded to all other addresses. Requires --with-conf without a file.");

    readonly Option<bool> _hostIntegration = new("--host-integration")
    {
        Description = "Write drop-in files that keep sysctl, NetworkManager, systemd-networkd and udev from changing forwarding and " +
            "the pods' links.",
    };

    readonly Option<bool> _force = SharedOptions.Force("Change the pod CIDRs even if running pods have other addresses.");

    internal static Command Install() => new InstallCommand().Make();

    Command Make()
    {
        var names = string.Join(", ", PluginName.All);
        var command = new Command("install",
            $"Copy this program into the plugin directory and link {names} to it. " +
            "Existing files with these names are replaced and kept for rollback.")
        {
            _binDir, _withConf, _podCidr, _clusterCidr, _confDir, _hostIntegration, _force,
        };
        _output.AddTo(command);
        command.SetReportedAction(Run);
        return command;
    }

    int Run(ParseResult parsed)
    {
        var conflist = new ConflistFile(Path.Combine(parsed.GetRequiredValue(_confDir), Path.GetFileName(ConflistFile.DefaultPath)));
        // All checks come before the first change.
        var text = MakeConflist(parsed);
        if (text is not null && conflist.Compare(text) == ConflistChange.NotOurs)
            throw new RuntimeException(conflist.DescribeNotOurs());
        if (text is not null && !parsed.GetValue(_force) && conflist.Compare(text) == ConflistChange.Written)
            RangeChange.RefuseUnderPods(text);
        if (parsed.GetValue(_hostIntegration))
            HostIntegration.RefuseOthers();
        var directory = parsed.GetRequiredValue(_binDir);
        var changed = new PluginInstallation(OwnProgram, directory, PluginName.All) { Version = ProductVersion.Text }.Run();
        var written = new List<string>();
        // Written after the plugins, because a runtime loads the configuration at once and then runs them.
        if (text is not null && conflist.Write(text) == ConflistChange.Written)
            written.Add(conflist.Path);
        if (parsed.GetValue(_hostIntegration))
            written.AddRange(new HostIntegration(Bridges(parsed.GetRequiredValue(_confDir))).Run());
        OperatorCommands.Print(_output.IsJson(parsed) ? Json(directory, changed, written) : Text(directory, changed, written));
        if (text is not null && conflist.FindEarlier() is { } earlier)
            OperatorCommands.Warn(conflist.DescribeEarlier(earlier));
        return ExitCode.Success;
    }

    /// <summary>Returns the network configuration to write, or null if --with-conf is absent.</summary>
    /// <exception cref="RuntimeException">The options contradict each other, or a value is invalid.</exception>
    string? MakeConflist(ParseResult parsed)
    {
        var ranges = ConflistSettings.ParseList("--pod-cidr", parsed.GetValue(_podCidr) ?? []);
        var settings = ConflistSettings.Parse(parsed.GetValue(_clusterCidr) ?? [], []);
        if (parsed.GetResult(_withConf) is null || parsed.GetValue(_withConf) is { Length: > 0 })
        {
            if (ranges.Count > 0 || settings.ClusterCidrs.Count > 0)
                throw new RuntimeException("--pod-cidr and --cluster-cidr require --with-conf without a file");
            return parsed.GetValue(_withConf) is { Length: > 0 } file ? NodeConflist.Mark(file) : null;
        }
        return ranges.Count > 0
            ? NodeConflist.MakeAlone(ranges, settings)
            : throw new RuntimeException("--with-conf requires a file, or this node's --pod-cidr, such as 10.244.1.0/24");
    }

    static List<string> Bridges(string confDir)
    {
        List<string> bridges = ["cni0"];
        foreach (var (_, network) in NetworkFile.ReadAll(confDir))
        {
            if (!bridges.Contains(network.Bridge))
                bridges.Add(network.Bridge);
        }
        return bridges;
    }

    static ScreenText Text(string directory, IReadOnlyList<string> changed, List<string> written)
    {
        var text = new ScreenText();
        if (changed.Count == 0)
            text.Append($"{ProductVersion.Text} is already installed in {directory}\n");
        else
            text.Append($"installed {ProductVersion.Text} in {directory}: {string.Join(", ", changed)}\n");
        foreach (var path in written)
            text.Append($"wrote {path}\n");
        return text;
    }

    static ScreenText Json(string directory, IReadOnlyList<string> changed, List<string> written) => JsonOutput.Object(json =>
    {
        json.WriteString("directory", directory);
        json.WriteString("version", ProductVersion.Text);
        json.WriteStrings("changed", changed);
        json.WriteStrings("written", written);
    });
}
