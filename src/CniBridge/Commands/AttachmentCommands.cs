using System.CommandLine;
using System.Text;
using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Commands;

/// <summary>add, del and check: what a runtime does for a container, by hand.</summary>
sealed class AttachmentCommands
{
    readonly Argument<string> _container = new("container")
    {
        Description = "The container's ID: any name of letters, digits, '_', '.' and '-'.",
    };

    readonly Argument<string> _netns = new("netns")
    {
        Description = "The container's network namespace: a path such as /proc/PID/ns/net, or a name that 'ip netns' knows.",
    };

    readonly Option<string> _confDir = new("--conf-dir")
    {
        Description = "Take the first configuration of this directory, in alphabetical order.",
        DefaultValueFactory = _ => "/etc/cni/net.d",
    };

    readonly Option<string?> _conf = new("--conf") { Description = "Take this configuration file." };

    readonly Option<string> _binDir = new("--bin-dir")
    {
        Description = "Directory of the plugins.",
        DefaultValueFactory = _ => Path.GetDirectoryName(Environment.ProcessPath) ?? "/opt/cni/bin",
    };

    readonly Option<string> _ifName = new("--ifname")
    {
        Description = "Name of the interface in the container.",
        DefaultValueFactory = _ => "eth0",
    };

    internal static Command Add() => new AttachmentCommands().Make(
        "add", "Give a container an interface in the network and print the result.", (chain, call) =>
            OperatorCommands.Print(ScreenText.Document(Encoding.UTF8.GetString(chain.Add(call.Container, call.Netns, call.InterfaceName)) + "\n")));

    internal static Command Delete()
    {
        var parts = new AttachmentCommands();
        // A container may be gone with its namespace.
        parts._netns.Arity = ArgumentArity.ZeroOrOne;
        return parts.Make("del", "Take a container's interface and addresses away; nothing there is success.",
            (chain, call) => chain.Delete(call.Container, call.Netns, call.InterfaceName));
    }

    internal static Command Check() => new AttachmentCommands().Make(
        "check", "Is the container's interface still as 'add' left it?", (chain, call) =>
            chain.Check(call.Container, call.Netns, call.InterfaceName));

    sealed record Call(string Container, string Netns, string InterfaceName);

    Command Make(string name, string description, Action<NetworkChain, Call> action)
    {
        var command = new Command(name, description) { _container, _netns, _confDir, _conf, _binDir, _ifName };
        command.SetAction(parsed => OperatorCommands.Report(() =>
        {
            var call = new Call(parsed.GetRequiredValue(_container), PathOf(parsed.GetValue(_netns)), parsed.GetRequiredValue(_ifName));
            using var log = new TextLog(DescriptorStream.StandardError);
            var list = parsed.GetValue(_conf) is { } file
                ? NetworkList.Load(file)
                : NetworkList.LoadFirst(parsed.GetRequiredValue(_confDir));
            var plugins = new PluginProcess(Path.GetFullPath(parsed.GetRequiredValue(_binDir)), EnvironmentVariables.ReadAll());
            action(new NetworkChain(list, plugins, new ResultCache(ResultCache.DefaultDirectory), log), call);
        }));
        return command;
    }

    /// <summary>A bare name is one of 'ip netns'.</summary>
    static string PathOf(string? netns) => string.IsNullOrEmpty(netns) || netns.Contains('/', StringComparison.Ordinal)
        ? netns ?? ""
        : "/run/netns/" + netns;
}
