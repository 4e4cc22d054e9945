using System.Globalization;
using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>
/// The last good table on disk, in the form of a nodes file: what a node that boots knows of the others before anybody answers.
/// </summary>
public sealed class NodeCache(string path)
{
    public const string DefaultPath = "/var/lib/cni-bridge/nodes.json";

    const uint Mode = 0b110_100_100;

    byte[]? _last;

    public string Path => path;

    /// <summary>Keeps a table; nothing is written if it is kept already.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(NodeTable table)
    {
        var text = NodeFile.Write(table);
        if (_last is null)
            SmallFile.TryDeleteUnfinished(path);
        // One byte more tells a longer file.
        _last ??= SmallFile.TryReadRegular(path, text.Length + 1);
        if (_last is not null && text.AsSpan().SequenceEqual(_last) && SmallFile.Exists(path))
            return;
        Directories.Ensure(System.IO.Path.GetDirectoryName(path) ?? "/");
        SmallFile.Publish(path, text, Mode);
        _last = text;
    }

    /// <summary>The table that was kept; null if none was.</summary>
    /// <param name="changed">When it last was another, in words.</param>
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
