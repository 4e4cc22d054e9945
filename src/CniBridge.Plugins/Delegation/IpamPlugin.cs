using System.Text;
using System.Text.Json;
using CniBridge.Linux;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Delegation;

/// <summary>
/// Another's IPAM plugin, run as the specification says ("Plugin Delegation"): found in CNI_PATH, given our environment with
/// the verb in it and our standard input byte for byte. The only program that this one ever runs, and only when the
/// configuration names it.
/// </summary>
sealed class IpamPlugin(string type, CniRequest request)
{
    string? _path;

    /// <returns>What it wrote on its standard output.</returns>
    /// <exception cref="CniException">Its own error as it told it, or what is wrong with it.</exception>
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

    /// <summary>The first regular file of the name; libcni looks at no more.</summary>
    /// <exception cref="CniException">There is none, or it is this program, which would call itself for ever.</exception>
    internal void Find()
    {
        if (type.AsSpan().ContainsAny('/', '\0'))
            throw new CniException(CniErrorCode.Internal, $"invalid plugin name: {type}", "ipam.type");
        var directories = request.Environment.Path.Split(':');
        _path = directories.Select(directory => Path.Combine(directory, type)).FirstOrDefault(SmallFile.IsRegular)
            ?? throw new CniException(CniErrorCode.Internal,
                $"failed to find plugin \"{type}\" in path [{string.Join(' ', directories)}]", "ipam.type, CNI_PATH");
        // A link host-local.old to this program manages addresses all the same.
        if (PluginName.Find(type) != PluginName.HostLocal && SmallFile.IsSame(_path, "/proc/self/exe"))
            throw CniException.InvalidConfig("ipam.type", type, $"{_path} is this plugin itself, which manages no addresses by that name");
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
            // Not an error object: what it wrote is all there is.
        }
        return new CniException(CniErrorCode.Internal,
            $"netplugin failed but error parsing its diagnostic message \"{Encoding.UTF8.GetString(result.Output).TrimEnd()}\"",
            $"ipam.type = {type}");
    }
}
