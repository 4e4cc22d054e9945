using System.Text;
using System.Text.Json;
using CniBridge.Linux;
using CniBridge.Linux.Files;
using CniBridge.Linux.Processes;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Ipam;

/// <summary>
/// Another IPAM plugin, run as the CNI specification says ("Plugin Delegation"): found in CNI_PATH, with this process's environment
/// and the verb, and with the unchanged standard input. It is the only program that a plugin runs, and only if the configuration
/// names it.
/// </summary>
sealed class IpamPlugin(string type, CniRequest request)
{
    string? _path;

    /// <summary>Runs the plugin and returns its standard output. Its standard error goes to the log.</summary>
    /// <exception cref="CniException">The plugin failed: its own error object, or a description of the failure.</exception>
    internal byte[] Run(string verb)
    {
        var variables = new Dictionary<string, string>(request.Variables(), StringComparer.Ordinal) { ["CNI_COMMAND"] = verb };
        Find();
        var result = Start(_path!, variables);
        var told = Encoding.UTF8.GetString(result.Errors);
        if (told.Length > 0)
            request.Log.Write(told);
        return result.ExitCode == 0 ? result.Output : throw Failure(result, told);
    }

    ChildResult Start(string path, Dictionary<string, string> variables)
    {
        try
        {
            return ChildProcess.Run(path, variables, request.Config.Bytes);
        }
        catch (KernelException e) when (e.Errno == Errno.ETXTBSY)
        {
            throw new CniException(CniErrorCode.TryAgainLater, $"the plugin {path} is being written to", e.Message);
        }
    }

    /// <summary>Finds the first regular file with the plugin's name in CNI_PATH, as libcni does.</summary>
    /// <exception cref="CniException">There is no such file, or it is this program, which would call itself forever.</exception>
    internal void Find()
    {
        if (type.AsSpan().ContainsAny('/', '\0'))
            throw new CniException(CniErrorCode.Internal, $"invalid plugin name: {type}", "ipam.type");
        var directories = request.Environment.Path.Split(':');
        _path = directories.Select(directory => Path.Combine(directory, type)).FirstOrDefault(SmallFile.IsRegular)
            ?? throw new CniException(CniErrorCode.Internal,
                $"failed to find plugin \"{type}\" in path [{string.Join(' ', directories)}]", "ipam.type, CNI_PATH");
        // A link to this program is allowed if its name begins with host-local, such as host-local.old.
        if (PluginName.Find(type) != PluginName.HostLocal && SmallFile.IsSame(_path, "/proc/self/exe"))
        {
            throw CniException.InvalidConfig(
                "ipam.type", type, $"{_path} is this program itself, which is not an IPAM plugin under that name");
        }
    }

    CniException Failure(ChildResult result, string told)
    {
        if (result.Output.Length == 0)
        {
            return new CniException(CniErrorCode.Internal, told.Length > 0
                ? $"netplugin failed: \"{told.TrimEnd()}\""
                : $"netplugin failed with no error message: {result.Describe()}", $"ipam.type = {type}");
        }
        try
        {
            var error = CniJson.Decode(result.Output, ErrorJson.Read, "error");
            if (error.Code is { } code && error.Message is { } message)
                return new CniException(code, message, error.Details ?? "");
        }
        catch (Exception e) when (e is CniException or JsonException)
        {
            // The output is not an error object. The message below quotes it.
        }
        return new CniException(CniErrorCode.Internal,
            $"netplugin failed but error parsing its diagnostic message \"{Encoding.UTF8.GetString(result.Output).TrimEnd()}\"",
            $"ipam.type = {type}");
    }
}
