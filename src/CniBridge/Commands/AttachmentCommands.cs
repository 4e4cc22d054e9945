using System.CommandLine;
using System.Text;
using CniBridge.CommandLine;
using CniBridge.Linux.Files;
using CniBridge.Node.Runtime;

namespace CniBridge.Commands;

/// <summary>The commands add, del and check: run the plugins for one container by hand, as a container runtime does.</summary>
sealed class AttachmentCommands
{
    readonly Argument<string> _container = new("container")
    {
        Description = "Container ID: letters, digits, '_', '.' and '-'.",
    };

    readonly Argument<string> _netns = new("netns")
    {
        Description = "Network namespace of the container: a path such as /proc/PID/ns/net, or a name of 'ip netns'.",
    };

    readonly Option<string> _confDir = SharedOptions.ConfDir(
        "Use the first network configuration of this directory, in alphabetical order.");

    readonly Option<string?> _conf = new("--conf") { Description = "Use this network configuration file." };

    readonly Option<string> _binDir = SharedOptions.BinDir(findDefault: () => Path.GetDirectoryName(Environment.ProcessPath));

    readonly Option<string> _ifName = new("--ifname")
    {
        Description = "Name of the container interface.",
        DefaultValueFactory = _ => "eth0",
    };

    internal static Command Add()
    {
        var arguments = new AttachmentArguments();
        var command = new AttachmentCommands().Make(
            "add", "Attach a container to the network and print the CNI result.", (chain, call) =>
            {
                var result = chain.Add(call.Container, call.Netns, call.InterfaceName, arguments.Parse(call.Parsed));
                OperatorCommands.Print(ScreenText.Document(Encoding.UTF8.GetString(result) + "\n"));
            });
        arguments.AddTo(command);
        return command;
    }

    internal static Command Delete()
    {
        var parts = new AttachmentCommands();
        // The namespace may already be deleted.
        parts._netns.Arity = ArgumentArity.ZeroOrOne;
        return parts.Make("del", "Detach a container from the network and release its addresses. Succeeds if there is no such attachment.",
            (chain, call) => chain.Delete(call.Container, call.Netns, call.InterfaceName));
    }

    internal static Command Check() => new AttachmentCommands().Make(
        "check", "Check that a container's interface is still as 'add' created it.", (chain, call) =>
            chain.Check(call.Container, call.Netns, call.InterfaceName));

    sealed record Call(ParseResult Parsed, string Container, string Netns, string InterfaceName);

    Command Make(string name, string description, Action<NetworkChain, Call> action)
    {
        var command = new Command(name, description) { _container, _netns, _confDir, _conf, _binDir, _ifName };
        command.SetAction(parsed => OperatorCommands.Report(() =>
        {
            var call = new Call(
                parsed, parsed.GetRequiredValue(_container), PathOf(parsed.GetValue(_netns)), parsed.GetRequiredValue(_ifName));
            using var log = new TextLog(DescriptorStream.StandardError);
            var list = parsed.GetValue(_conf) is { } file
                ? NetworkList.Load(file)
                : NetworkList.LoadFirst(parsed.GetRequiredValue(_confDir));
            var plugins = new PluginProcess(Path.GetFullPath(parsed.GetRequiredValue(_binDir)), EnvironmentVariables.ReadAll());
            action(new NetworkChain(list, plugins, new ResultCache(ResultCache.DefaultDirectory), log), call);
        }));
        return command;
    }

    /// <summary>Returns the path of a namespace. A name without a slash is a name of 'ip netns'. Null becomes an empty path.</summary>
    static string PathOf(string? netns) => string.IsNullOrEmpty(netns) || netns.Contains('/', StringComparison.Ordinal)
        ? netns ?? ""
        : "/run/netns/" + netns;
}
