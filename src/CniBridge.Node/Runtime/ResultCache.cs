using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux.Files;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Runtime;

/// <summary>A cached ADD: the result as printed, and the namespace path, which is empty if libcni did not store it.</summary>
/// <param name="Arguments">The arguments of the ADD, which CHECK and DEL get too.</param>
public sealed record CachedResult(byte[] Result, string NetworkNamespace, RuntimeArguments Arguments);

/// <summary>
/// The results of ADD, cached for DEL and CHECK in the directory and format of libcni (libcni/api.go, cachedInfo). So cnitool, a
/// runtime and cni-bridge can finish what another one began.
/// </summary>
public sealed class ResultCache(string directory)
{
    public const string DefaultDirectory = "/var/lib/cni/results";
    const string Kind = "cniCacheV1";
    const uint FileMode = 0b110_000_000;

    public void Save(NetworkList list, Attachment attachment, string netns, byte[] result, RuntimeArguments? arguments = null)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var entry = new JsonObject
        {
            ["kind"] = Kind,
            ["containerId"] = attachment.ContainerId,
            ["config"] = Convert.ToBase64String(list.Text),
            ["ifName"] = attachment.InterfaceName,
            ["networkName"] = attachment.Network,
            ["netns"] = netns,
            ["result"] = new JsonText(result).ToNode(),
        };
        arguments?.Save(entry);
        AtomicFile.Replace(PathOf(attachment), Encoding.UTF8.GetBytes(entry.ToJsonString()), FileMode);
    }

    /// <summary>Returns the cached result; null if there is none or it is damaged. DEL works without it.</summary>
    public CachedResult? TryLoad(Attachment attachment)
    {
        if (SmallFile.TryReadRegular(PathOf(attachment)) is not { } text || !RuntimeJson.TryParseObject(text, out var root))
            return null;
        // Old versions of libcni store the result alone.
        var isEntry = root["kind"]?.ToString() == Kind;
        var result = isEntry ? root["result"] : root;
        var netns = isEntry ? root["netns"]?.ToString() : null;
        return result is null ? null : new CachedResult(
            Encoding.UTF8.GetBytes(result.ToJsonString()), netns ?? "", isEntry ? RuntimeArguments.Load(root) : RuntimeArguments.None);
    }

    public void Remove(Attachment attachment)
    {
        if (Directory.Exists(directory))
            File.Delete(PathOf(attachment));
    }

    /// <summary>Returns the path of the cache file. The three names must be checked, so that none contains a slash.</summary>
    internal string PathOf(Attachment attachment) =>
        Path.Combine(directory, $"{attachment.Network}-{attachment.ContainerId}-{attachment.InterfaceName}");
}
