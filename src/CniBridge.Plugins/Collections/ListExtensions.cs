namespace CniBridge.Plugins.Collections;

/// <summary>Set operations for short lists. A HashSet would read random numbers from the kernel at its first use in the process.</summary>
static class ListExtensions
{
    /// <summary>Adds an item unless the list contains it.</summary>
    internal static void AddOnce<T>(this List<T> list, T item)
        where T : class
    {
        if (!list.Contains(item))
            list.Add(item);
    }
}
