using CniBridge.Linux;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>A node source with a fallback: while the source fails, it returns the last table that was saved.</summary>
public sealed class CachedNodes(INodeSource source, NodeCache cache) : INodeSource
{
    public string Description => source.Description;

    /// <summary>
    /// A warning about the last read: the source failed and an old table is used, or the table could not be saved. Null without a
    /// warning.
    /// </summary>
    public string? Warning { get; private set; }

    /// <summary>True if the last read returned the saved table.</summary>
    public bool IsFromCache { get; private set; }

    public NodeTable Read()
    {
        Warning = null;
        IsFromCache = false;
        NodeTable table;
        try
        {
            table = source.Read();
        }
        catch (RuntimeException e)
        {
            return Fall(e.Message);
        }
        try
        {
            cache.Save(table);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            Warning = $"cannot save the node table in {cache.Path}: {e.Message}";
        }
        return table;
    }

    NodeTable Fall(string failure)
    {
        NodeTable? table;
        string changed;
        try
        {
            table = cache.TryLoad(out changed);
        }
        catch (RuntimeException e)
        {
            throw new RuntimeException($"{failure}; the saved table is invalid: {e.Message}");
        }
        if (table is null)
            throw new RuntimeException($"{failure}; there is no saved table in {cache.Path}");
        IsFromCache = true;
        Warning = $"{failure}; using the {table.Nodes.Count} nodes saved in {cache.Path} (last change: {changed})";
        return table;
    }
}
