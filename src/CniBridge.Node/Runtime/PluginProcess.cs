using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.Plugins;

namespace CniBridge.Node.Runtime;

/// <summary>Runs a plugin's executable for one verb, as a runtime does (CNI specification, section 3).</summary>
public sealed class PluginProcess(string pluginDirectory)
{
    /// <returns>What the plugin wrote on its standard output.</returns>
    /// <exception cref="RuntimeException">The plugin is not there, or reported a failure.</exception>
    public byte[] Run(string verb, string type, Attachment attachment, string netns, byte[] config)
    {
        using var process = Start(verb, type, attachment, netns);
        // Both streams are drained while the plugin runs: a full pipe would stop it.
        var errors = process.StandardError.ReadToEndAsync();
        var output = ReadAll(process.StandardOutput.BaseStream);
        TryWrite(process.StandardInput.BaseStream, config);
        process.WaitForExit();
        var answer = output.GetAwaiter().GetResult();
        if (process.ExitCode == 0)
            return answer;
        var why = Describe(answer, errors.GetAwaiter().GetResult());
        throw new RuntimeException($"plugin {type} failed ({verb.ToLowerInvariant()}): {why}");
    }

    Process Start(string verb, string type, Attachment attachment, string netns)
    {
        if (type.Contains('/', StringComparison.Ordinal) || type is "." or "..")
            throw new RuntimeException($"invalid plugin type \"{type}\" in the network configuration");
        var path = Path.Combine(pluginDirectory, type);
        if (!File.Exists(path))
            throw new RuntimeException($"no plugin {type} in {pluginDirectory}: install it there, or name its directory with --bin-dir");
        var start = new ProcessStartInfo(path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CNI_COMMAND"] = verb;
        start.Environment["CNI_CONTAINERID"] = attachment.ContainerId;
        start.Environment["CNI_NETNS"] = netns;
        start.Environment["CNI_IFNAME"] = attachment.InterfaceName;
        start.Environment["CNI_PATH"] = pluginDirectory;
        try
        {
            return Process.Start(start) ?? throw new RuntimeException($"could not start {path}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new RuntimeException($"could not start {path}: {e.Message}");
        }
    }

    static async Task<byte[]> ReadAll(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes).ConfigureAwait(false);
        return bytes.ToArray();
    }

    static void TryWrite(Stream input, byte[] config)
    {
        try
        {
            input.Write(config);
            input.Dispose();
        }
        catch (IOException)
        {
            // The plugin ended without reading; its own words say why.
        }
    }

    static string Describe(byte[] answer, string errors)
    {
        try
        {
            if (JsonNode.Parse(answer) is JsonObject error && error["msg"] is JsonValue message)
            {
                var details = error["details"]?.ToString();
                return string.IsNullOrEmpty(details) ? message.ToString() : $"{message}; {details}";
            }
        }
        catch (JsonException)
        {
            // Not an error object: what it wrote is all there is.
        }
        var text = errors.Length > 0 ? errors : Encoding.UTF8.GetString(answer);
        return text.Length > 0 ? text.Trim() : "it gave no reason";
    }
}
