using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Linux.Processes;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Runtime;

/// <summary>The execution of plugins as by a runtime (CNI specification, section 3).</summary>
/// <param name="environment">The environment of this process, which plugins get with the CNI_ variables added.</param>
public sealed class PluginProcess(string pluginDirectory, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Runs a plugin for one verb.</summary>
    /// <param name="arguments">CNI_ARGS; null to keep the variable of this process.</param>
    /// <returns>The standard output of the plugin.</returns>
    /// <exception cref="RuntimeException">The plugin is missing, or reported an error.</exception>
    public byte[] Run(string verb, string type, Attachment attachment, string netns, byte[] config, string? arguments = null)
    {
        var variables = new Dictionary<string, string>(environment)
        {
            ["CNI_COMMAND"] = verb,
            ["CNI_CONTAINERID"] = attachment.ContainerId,
            ["CNI_NETNS"] = netns,
            ["CNI_IFNAME"] = attachment.InterfaceName,
            ["CNI_PATH"] = pluginDirectory,
        };
        if (arguments is not null)
            variables["CNI_ARGS"] = arguments;
        var result = Start(PathOf(type), variables, config);
        if (result.ExitCode == 0)
            return result.Output;
        throw new RuntimeException($"plugin {type} failed ({verb.ToLowerInvariant()}): {Describe(result)}");
    }

    static ChildResult Start(string path, Dictionary<string, string> variables, byte[] config)
    {
        try
        {
            return ChildProcess.Run(path, variables, config);
        }
        catch (KernelException e)
        {
            throw new RuntimeException(e.Message);
        }
    }

    string PathOf(string type)
    {
        if (type.Contains('/', StringComparison.Ordinal) || type is "." or "..")
            throw new RuntimeException($"invalid plugin type \"{type}\" in the network configuration");
        var path = Path.Combine(pluginDirectory, type);
        return File.Exists(path)
            ? path
            : throw new RuntimeException(
                $"the plugin {type} is missing in {pluginDirectory}: install it, or give its directory with --bin-dir");
    }

    static string Describe(ChildResult result)
    {
        // Output that is not an error object is shown as it is.
        if (RuntimeJson.TryParseObject(result.Output, out var error) && error["msg"] is JsonValue message)
        {
            var details = error["details"]?.ToString();
            return string.IsNullOrEmpty(details) ? message.ToString() : $"{message}; {details}";
        }
        var text = Encoding.UTF8.GetString(result.Errors.Length > 0 ? result.Errors : result.Output).Trim();
        return text.Length > 0 ? text : $"no error message, exit code {result.ExitCode}";
    }
}
