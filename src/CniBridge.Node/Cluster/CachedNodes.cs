using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>A source with the last good table behind it: what was known stays known while the source cannot be had.</summary>
public sealed class CachedNodes(INodeSource source, NodeCache cache) : INodeSource
{
    public string Description => source.Description;

    /// <summary>
    /// What is to be said of the last reading: that the source failed and how old the table is which was taken in its place, or
    /// that this table could not be kept. Null if all went well.
    /// </summary>
    public string? Warning { get; private set; }

    /// <summary>Is the last table the one that was kept?</summary>
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
            Warning = $"the table of nodes cannot be kept in {cache.Path}: {e.Message}";
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
            throw new RuntimeException($"{failure}; the table that was kept is of no use: {e.Message}");
        }
        if (table is null)
            throw new RuntimeException($"{failure}; no table was kept in {cache.Path}");
        IsFromCache = true;
        Warning = $"{failure}; taking the {table.Nodes.Count} nodes kept in {cache.Path}, which last changed {changed}";
        return table;
    }
}
