using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux.Files;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Conflists;

/// <summary>The network configuration file of this node. It is replaced atomically, so runtimes never read a part of it.</summary>
public sealed class ConflistFile(string path)
{
    public const string DefaultPath = "/etc/cni/net.d/10-cni-bridge.conflist";

    const uint Mode = 0b110_100_100;

    /// <summary>The limit in bytes, larger than any configuration list.</summary>
    const int MaxLength = 4 * 1024 * 1024;

    public string Path => path;

    /// <summary>Writes the text to the file, unless the file does not belong to cni-bridge.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public ConflistChange Write(string text)
    {
        // A killed process may have left an unfinished file.
        AtomicFile.TryDeleteUnfinished(path);
        var change = Compare(text);
        if (change == ConflistChange.Written)
        {
            Directories.Ensure(Directory);
            AtomicFile.Publish(path, Encoding.UTF8.GetBytes(text), Mode);
        }
        return change;
    }

    /// <summary>Returns what <see cref="Write"/> would do.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ConflistChange Compare(string text)
    {
        if (SmallFile.TryRead(path, MaxLength) is not { } found)
            return ConflistChange.Written;
        if (!IsOurs(found))
            return ConflistChange.NotOurs;
        return found.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text)) ? ConflistChange.None : ConflistChange.Written;
    }

    /// <summary>Tells whether the file exists and cni-bridge wrote it.</summary>
    public bool IsOurs() => SmallFile.TryReadRegular(path, MaxLength) is { } found && IsOurs(found);

    static bool IsOurs(byte[] text) =>
        RuntimeJson.TryParseObject(text, out var root) &&
        root[NodeConflist.OwnerKey] is JsonValue owner &&
        owner.TryGetValue<string>(out var name) && name.StartsWith(NodeConflist.Owner, StringComparison.Ordinal);

    /// <summary>Returns the message for a file that does not belong to cni-bridge.</summary>
    public string DescribeNotOurs() =>
        $"{path} is not changed: cni-bridge did not write it (no key {NodeConflist.OwnerKey}); remove the file to let cni-bridge create it";

    /// <summary>
    /// Returns the configuration that runtimes use instead of this one, because its name sorts first; null if there is none.
    /// </summary>
    public string? FindEarlier()
    {
        var name = System.IO.Path.GetFileName(path);
        var first = NetworkList.FindFirst(Directory);
        return string.CompareOrdinal(System.IO.Path.GetFileName(first), name) < 0 ? first : null;
    }

    /// <summary>Returns the message about the result of <see cref="FindEarlier"/>.</summary>
    public string DescribeEarlier(string earlier) =>
        $"runtimes use {earlier} instead of {path}, because its name sorts first: remove it to use {path}";

    string Directory => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/";
}
