namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>
/// The name of a private control group for containers of runtimes. Control groups do not end with a node, so they are removed by name:
/// dispose it after the node.
/// </summary>
sealed class ControlGroup : IDisposable
{
    const string Root = "/sys/fs/cgroup";

    public string Name { get; } = $"cni-e2e-{Guid.NewGuid():N}";

    public void Dispose()
    {
        if (!Directory.Exists(Root))
        {
            return;
        }

        // There is one tree for all controllers, or one tree per controller.
        foreach (var tree in Directory.EnumerateDirectories(Root).Append(Root))
        {
            Remove(Path.Combine(tree, Name));
        }
    }

    static void Remove(string group)
    {
        if (Directory.Exists(group))
        {
            foreach (var child in Directory.EnumerateDirectories(group))
            {
                Remove(child);
            }

            // The kernel removes a group with its files, but refuses to remove the files alone.
            Directory.Delete(group);
        }
    }
}
