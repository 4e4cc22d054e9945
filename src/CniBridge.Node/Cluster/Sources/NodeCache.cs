using System.Globalization;
using CniBridge.Linux.Files;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>
/// The last valid node table, saved in the format of a nodes file. After a boot, the agent uses it until the source answers.
/// </summary>
public sealed class NodeCache(string path)
{
    public const string DefaultPath = "/var/lib/cni-bridge/nodes.json";

    const uint Mode = 0b110_100_100;

    byte[]? _last;

    public string Path => path;

    /// <summary>Saves a table, if it differs from the saved one.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(NodeTable table)
    {
        var text = NodeFile.Write(table);
        if (_last is null)
            AtomicFile.TryDeleteUnfinished(path);
        // One more byte shows that the file is longer.
        _last ??= SmallFile.TryReadRegular(path, text.Length + 1);
        if (_last is not null && text.AsSpan().SequenceEqual(_last) && SmallFile.Exists(path))
            return;
        Directories.Ensure(System.IO.Path.GetDirectoryName(path) ?? "/");
        AtomicFile.Publish(path, text, Mode);
        _last = text;
    }

    /// <summary>Returns the saved table; null if there is none.</summary>
    /// <param name="changed">The time of the last change, as text.</param>
    /// <exception cref="RuntimeException">The file is damaged, or cannot be read.</exception>
    public NodeTable? TryLoad(out string changed)
    {
        changed = "";
        if (!File.Exists(path))
            return null;
        var table = NodeFile.Load(path);
        changed = File.GetLastWriteTimeUtc(path).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        return table;
    }
}
