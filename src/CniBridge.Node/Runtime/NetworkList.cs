using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Linux.Files;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Runtime;

/// <summary>A network configuration as runtimes read it: a chain of plugins with a name and a version.</summary>
public sealed record NetworkList
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required IReadOnlyList<JsonObject> Plugins { get; init; }
    public bool DisablesCheck { get; init; }

    /// <summary>True if runtimes load no plugins from other files (loadOnlyInlinedPlugins).</summary>
    internal bool HasOnlyInlinedPlugins { get; private init; }

    /// <summary>True for a list of plugins; false for the configuration of a single plugin.</summary>
    internal bool IsChain { get; private init; }

    /// <summary>The bytes of the file, for the result cache.</summary>
    public required byte[] Text { get; init; }

    static readonly string[] s_extensions = [".conf", ".conflist", ".json"];

    /// <summary>Loads the configuration that runtimes use: the first file in alphabetical order.</summary>
    /// <exception cref="RuntimeException">There is no file, or runtimes would reject it.</exception>
    public static NetworkList LoadFirst(string directory)
    {
        var file = FindFirst(directory)
            ?? throw new RuntimeException($"no network configuration in {directory}: create a .conflist there, or give one with --conf");
        var list = Load(file);
        return list.IsChain == HasExtensionOfLists(file) ? list : throw new RuntimeException(list.IsChain
            ? $"{file}: a list of plugins needs the extension .conflist"
            : $"{file}: a .conflist needs a list of plugins; a single plugin needs the extension .conf");
    }

    /// <summary>Tells whether runtimes read files with this extension.</summary>
    internal static bool IsRead(string file) => s_extensions.Contains(Path.GetExtension(file));

    /// <summary>Tells whether runtimes expect a list of plugins in this file. In other files they expect a single plugin.</summary>
    internal static bool HasExtensionOfLists(string file) => Path.GetExtension(file) == ".conflist";

    internal static string? FindFirst(string directory) => FindAll(directory) is [var first, ..] ? first : null;

    /// <summary>Returns the files that runtimes read, in their order; empty if the directory does not exist.</summary>
    public static IReadOnlyList<string> FindAll(string directory)
    {
        if (!Directory.Exists(directory))
            return [];
        string[] files = [.. Directory.EnumerateFiles(directory).Where(IsRead)];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>
    /// Loads a file, and plugins from the directory next to it with the name of the network (CNI specification, section 1).
    /// </summary>
    /// <exception cref="RuntimeException">A file cannot be read, or is invalid.</exception>
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

    /// <summary>Reads a configuration file of at most 1 MiB.</summary>
    /// <exception cref="RuntimeException">The file cannot be read, or is longer.</exception>
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

    /// <summary>Parses a configuration.</summary>
    /// <exception cref="CniException">libcni would reject it, or no plugin supports its version.</exception>
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
        // The value is not used, but libcni rejects a wrong type.
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

    /// <summary>
    /// Creates a chain of one plugin from the configuration of a single plugin. Its keys are read as the plugin reads them: in any case,
    /// and the last of equal ones.
    /// </summary>
    static NetworkList FromPlugin(JsonObject root, byte[] text)
    {
        if (!root.Any(member => member.Key.Equals("type", StringComparison.OrdinalIgnoreCase)))
            throw ListKeys.Invalid("the configuration has neither the key plugins nor the key type");
        CheckPlugin(root, "");
        var header = CniJson.Decode(text, HeaderJson.Read, "network config");
        return new NetworkList
        {
            Name = header.Name ?? "",
            Version = header.CniVersion is { Length: > 0 } version ? version : CniVersion.Oldest,
            Plugins = [root],
            Text = text,
        };
    }

    /// <summary>Checks a plugin's configuration. Returns it with its type under the key "type", which plugins accept in any case.</summary>
    /// <param name="path">The position of the plugin in the file, or empty.</param>
    static JsonObject CheckPlugin(JsonObject plugin, string path)
    {
        var type = PluginConfiguration.CheckTypes(Encoding.UTF8.GetBytes(plugin.ToJsonString()), path);
        if (string.IsNullOrEmpty(type))
            throw ListKeys.Invalid("each plugin needs a type");
        var keys = plugin.Select(member => member.Key).Where(key => key.Equals("type", StringComparison.OrdinalIgnoreCase)).ToList();
        if (keys is ["type"])
            return plugin;
        foreach (var key in keys)
            plugin.Remove(key);
        plugin["type"] = type;
        return plugin;
    }
}
