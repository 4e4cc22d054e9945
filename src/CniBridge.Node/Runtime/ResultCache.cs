using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Plugins;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Runtime;

/// <summary>What ADD left: the result as printed, and the namespace where libcni is new enough to note it.</summary>
public sealed record CachedResult(byte[] Result, string NetworkNamespace);

/// <summary>
/// Results of ADD, kept for DEL and CHECK in libcni's place and format (libcni/api.go, cachedInfo), so that cnitool, a
/// runtime and we can each finish what another began.
/// </summary>
public sealed class ResultCache(string directory)
{
    public const string DefaultDirectory = "/var/lib/cni/results";
    const string Kind = "cniCacheV1";
    const uint FileMode = 0b110_000_000;

    public void Save(NetworkList list, Attachment attachment, string netns, byte[] result)
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
        SmallFile.Replace(PathOf(attachment), Encoding.UTF8.GetBytes(entry.ToJsonString()), FileMode);
    }

    /// <summary>Null when there is none, or one that cannot be read: DEL goes on without.</summary>
    public CachedResult? TryLoad(Attachment attachment)
    {
        if (SmallFile.TryReadRegular(PathOf(attachment)) is not { } text || !RuntimeJson.TryParseObject(text, out var root))
            return null;
        // A file of another kind is the bare result of old versions.
        var isEntry = root["kind"]?.ToString() == Kind;
        var result = isEntry ? root["result"] : root;
        var netns = isEntry ? root["netns"]?.ToString() : null;
        return result is null ? null : new CachedResult(Encoding.UTF8.GetBytes(result.ToJsonString()), netns ?? "");
    }

    public void Remove(Attachment attachment)
    {
        if (Directory.Exists(directory))
            File.Delete(PathOf(attachment));
    }

    /// <summary>The three names were checked: none holds a slash.</summary>
    string PathOf(Attachment attachment) =>
        Path.Combine(directory, $"{attachment.Network}-{attachment.ContainerId}-{attachment.InterfaceName}");
}
