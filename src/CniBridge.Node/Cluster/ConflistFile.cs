using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>The network configuration that a node's runtime reads: at every moment the old one or the new one, whole.</summary>
public sealed class ConflistFile(string path)
{
    public const string DefaultPath = "/etc/cni/net.d/10-cni-bridge.conflist";

    const uint Mode = 0b110_100_100;

    /// <summary>Longer than any list of plugins.</summary>
    const int MaxLength = 4 * 1024 * 1024;

    public string Path => path;

    /// <summary>Makes the file have this text, unless somebody else wrote it.</summary>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public ConflistChange Write(string text)
    {
        // Left by a process that was killed.
        SmallFile.TryDeleteUnfinished(path);
        var change = Compare(text);
        if (change == ConflistChange.Written)
        {
            Directories.Ensure(Directory);
            SmallFile.Publish(path, Encoding.UTF8.GetBytes(text), Mode);
        }
        return change;
    }

    /// <summary>What <see cref="Write"/> would do.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public ConflistChange Compare(string text)
    {
        if (SmallFile.TryRead(path, MaxLength) is not { } found)
            return ConflistChange.Written;
        if (!IsOurs(found))
            return ConflistChange.NotOurs;
        return found.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text)) ? ConflistChange.None : ConflistChange.Written;
    }

    /// <summary>Is it there, and did we write it?</summary>
    public bool IsOurs() => SmallFile.TryReadRegular(path, MaxLength) is { } found && IsOurs(found);

    static bool IsOurs(byte[] text) =>
        RuntimeJson.TryParseObject(text, out var root) &&
        root[NodeConflist.OwnerKey] is JsonValue owner &&
        owner.TryGetValue<string>(out var name) && name.StartsWith(NodeConflist.Owner, StringComparison.Ordinal);

    /// <summary>What is to be said of a file that is not ours.</summary>
    public string DescribeNotOurs() =>
        $"{path} is left alone: cni-bridge did not write it, for it has no key {NodeConflist.OwnerKey}; remove the file to have one made";

    /// <summary>The configuration that a runtime takes in place of this one, or null; each takes the first by name.</summary>
    public string? FindEarlier()
    {
        var name = System.IO.Path.GetFileName(path);
        var first = NetworkList.FindFirst(Directory);
        return string.CompareOrdinal(System.IO.Path.GetFileName(first), name) < 0 ? first : null;
    }

    /// <summary>What is to be said of <see cref="FindEarlier"/>.</summary>
    public string DescribeEarlier(string earlier) =>
        $"the runtime takes {earlier} in place of {path}, for its name comes first: remove it, or pods have the addresses that it names";

    string Directory => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/";
}
