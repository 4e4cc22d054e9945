namespace CniBridge.Plugins.Protocol;

/// <summary>The names of the plugins of this program.</summary>
public static class PluginName
{
    public const string Bridge = "bridge", HostLocal = "host-local", Loopback = "loopback", PortMap = "portmap";

    public static IReadOnlyList<string> All { get; } = [Bridge, HostLocal, Loopback, PortMap];

    /// <summary>
    /// Returns the plugin that a file name or a type begins with: portmap for <c>portmap</c>, <c>portmap.real</c> and
    /// <c>portmap-old</c>. Wrappers and backups rename plugins so. Null: it begins with none.
    /// </summary>
    public static string? Find(string name)
    {
        foreach (var plugin in All)
        {
            if (name.StartsWith(plugin, StringComparison.Ordinal) &&
                (name.Length == plugin.Length || !char.IsLetterOrDigit(name[plugin.Length])))
                return plugin;
        }
        return null;
    }
}
