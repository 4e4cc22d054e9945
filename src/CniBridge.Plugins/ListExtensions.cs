namespace CniBridge.Plugins;

/// <summary>What sets are for, in lists of a handful: to hash, a process reads random numbers first.</summary>
static class ListExtensions
{
    /// <summary>Adds an item unless it is there already.</summary>
    internal static void AddOnce<T>(this List<T> list, T item)
        where T : class
    {
        if (!list.Contains(item))
            list.Add(item);
    }
}
