using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Plugins;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Runtime;

/// <summary>A network configuration as a runtime reads it: a chain of plugins with a name and a version.</summary>
public sealed record NetworkList
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required IReadOnlyList<JsonObject> Plugins { get; init; }
    public bool DisablesCheck { get; init; }

    /// <summary>The network has no plugins besides those that its file names.</summary>
    internal bool HasOnlyInlinedPlugins { get; private init; }

    /// <summary>It has a list of plugins, and is not a single one's configuration.</summary>
    internal bool IsChain { get; private init; }

    /// <summary>The file's bytes, as the cache keeps them.</summary>
    public required byte[] Text { get; init; }

    static readonly string[] s_extensions = [".conf", ".conflist", ".json"];

    /// <summary>Loads the configuration that a node's runtime would take: the first file in alphabetical order.</summary>
    /// <exception cref="RuntimeException">There is none, or a runtime would refuse it.</exception>
    public static NetworkList LoadFirst(string directory)
    {
        var file = FindFirst(directory)
            ?? throw new RuntimeException($"no network configuration in {directory}: put a .conflist there, or name one with --conf");
        var list = Load(file);
        return list.IsChain == HasExtensionOfLists(file) ? list : throw new RuntimeException(list.IsChain
            ? $"{file}: a list of plugins needs the extension .conflist"
            : $"{file}: a .conflist needs a list of plugins; a single plugin needs the extension .conf");
    }

    /// <summary>Tells whether runtimes read files of this name.</summary>
    internal static bool IsRead(string file) => s_extensions.Contains(Path.GetExtension(file));

    /// <summary>Runtimes take a .conflist for a list, and the other files for single plugins.</summary>
    internal static bool HasExtensionOfLists(string file) => Path.GetExtension(file) == ".conflist";

    internal static string? FindFirst(string directory) => FindAll(directory) is [var first, ..] ? first : null;

    /// <summary>All that a runtime may take for one, in its order; of a directory that is not there, none.</summary>
    public static IReadOnlyList<string> FindAll(string directory)
    {
        if (!Directory.Exists(directory))
            return [];
        string[] files = [.. Directory.EnumerateFiles(directory).Where(IsRead)];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Loads a file, and the plugins from the directory beside it that has the network's name (CNI specification, "Configuration format").</summary>
    /// <exception cref="RuntimeException">A file cannot be read, or is not valid.</exception>
    public static NetworkList Load(string file)
    {
        var list = Parse(file, Parse);
        return list.IsChain && !list.HasOnlyInlinedPlugins
            ? list with { Plugins = [.. list.Plugins, .. LoadPlugins(Path.Combine(Path.GetDirectoryName(file) ?? "", list.Name))] }
            : list;
    }

    static IEnumerable<JsonObject> LoadPlugins(string directory)
    {
        foreach (var file in FindAll(directory))
        {
            if (Path.GetExtension(file) == ".conf")
                yield return Parse(file, text => CheckPlugin(ParseObject(text), ""));
        }
    }

    static T Parse<T>(string file, Func<byte[], T> parse)
    {
        try
        {
            return parse(Read(file));
        }
        catch (CniException e)
        {
            throw new RuntimeException($"{file}: {(e.Details.Length > 0 ? $"{e.Message}: {e.Details}" : e.Message)}");
        }
    }

    /// <summary>Reads a configuration file; a real one has a few kilobytes.</summary>
    /// <exception cref="RuntimeException">It cannot be read, or is longer than 1 MiB.</exception>
    public static byte[] Read(string file)
    {
        const int limit = 1 << 20;
        try
        {
            var text = SmallFile.TryRead(file, limit + 1) ?? throw new FileNotFoundException("there is no such file");
            return text.Length <= limit ? text : throw new IOException("it is longer than 1 MiB");
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            throw new RuntimeException($"cannot read the network configuration {file}: {e.Message}");
        }
    }

    /// <exception cref="CniException">libcni would refuse it, or every plugin its version.</exception>
    internal static NetworkList Parse(byte[] text)
    {
        var root = ParseObject(text);
        var list = root.ContainsKey("plugins") ? FromList(root, text) : FromPlugin(root, text);
        CniName.CheckNetworkName(list.Name);
        CniVersion.CheckSupported(list.Version);
        return list;
    }

    static JsonObject ParseObject(byte[] text) => RuntimeJson.TryParseObject(text, out var root, out var why)
        ? root
        : throw new CniException(CniErrorCode.DecodingFailure, why);

    static NetworkList FromList(JsonObject root, byte[] text)
    {
        var keys = new ListKeys(root);
        // No GC is run here, but what libcni refuses is refused.
        _ = keys.Truth("disableGC");
        var list = new NetworkList
        {
            Name = keys.Text("name") ?? "",
            Version = keys.Version() is { Length: > 0 } version ? version : CniVersion.Oldest,
            Plugins = keys.Plugins(),
            IsChain = true,
            DisablesCheck = keys.Truth("disableCheck"),
            HasOnlyInlinedPlugins = keys.Truth("loadOnlyInlinedPlugins"),
            Text = text,
        };
        for (var i = 0; i < list.Plugins.Count; i++)
            CheckPlugin(list.Plugins[i], string.Create(CultureInfo.InvariantCulture, $"plugins[{i}]"));
        return list;
    }

    /// <summary>A single plugin's configuration is a chain of one.</summary>
    static NetworkList FromPlugin(JsonObject root, byte[] text)
    {
        if (!root.Any(member => member.Key.Equals("type", StringComparison.OrdinalIgnoreCase)))
            throw ListKeys.Invalid("the configuration has neither plugins nor a type");
        CheckPlugin(root, "");
        return new NetworkList
        {
            Name = root["name"]?.GetValue<string>() ?? "",
            Version = root["cniVersion"]?.GetValue<string>() is { Length: > 0 } version ? version : CniVersion.Oldest,
            Plugins = [root],
            Text = text,
        };
    }

    /// <summary>Checks a plugin's configuration; returns it with its type under the key "type", whatever its letter case was.</summary>
    /// <param name="path">Where it stands in the file, or empty.</param>
    static JsonObject CheckPlugin(JsonObject plugin, string path)
    {
        var type = PluginConfiguration.CheckTypes(Encoding.UTF8.GetBytes(plugin.ToJsonString()), path);
        if (string.IsNullOrEmpty(type))
            throw ListKeys.Invalid("each plugin needs a type");
        var keys = plugin.Where(member => member.Key.Equals("type", StringComparison.OrdinalIgnoreCase)).Select(member => member.Key).ToList();
        if (keys is ["type"])
            return plugin;
        foreach (var key in keys)
            plugin.Remove(key);
        plugin["type"] = type;
        return plugin;
    }
}
