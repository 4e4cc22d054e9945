using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Plugins;

namespace CniBridge.Node.Runtime;

/// <summary>Runs a plugin's executable for one verb, as a runtime does (CNI specification, section 3).</summary>
/// <param name="environment">Of our own process: plugins get it with the CNI_ variables added.</param>
public sealed class PluginProcess(string pluginDirectory, IReadOnlyDictionary<string, string> environment)
{
    /// <returns>What the plugin wrote on its standard output.</returns>
    /// <exception cref="RuntimeException">The plugin is not there, or reported a failure.</exception>
    public byte[] Run(string verb, string type, Attachment attachment, string netns, byte[] config)
    {
        var variables = new Dictionary<string, string>(environment)
        {
            ["CNI_COMMAND"] = verb,
            ["CNI_CONTAINERID"] = attachment.ContainerId,
            ["CNI_NETNS"] = netns,
            ["CNI_IFNAME"] = attachment.InterfaceName,
            ["CNI_PATH"] = pluginDirectory,
        };
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
            : throw new RuntimeException($"no plugin {type} in {pluginDirectory}: install it, or name its directory with --bin-dir");
    }

    static string Describe(ChildResult result)
    {
        // Where it is no error object, what it wrote is all there is.
        if (RuntimeJson.TryParseObject(result.Output, out var error) && error["msg"] is JsonValue message)
        {
            var details = error["details"]?.ToString();
            return string.IsNullOrEmpty(details) ? message.ToString() : $"{message}; {details}";
        }
        var text = Encoding.UTF8.GetString(result.Errors.Length > 0 ? result.Errors : result.Output).Trim();
        return text.Length > 0 ? text : $"it gave no reason and exit code {result.ExitCode}";
    }
}
