using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CniBridge.Agent.Access;

/// <summary>A mapping of a YAML file that remembers its place, so that an error can name the key.</summary>
/// <param name="place">The file and the keys that lead to the mapping.</param>
sealed class YamlMap(YamlMappingNode node, string place)
{
    internal string Place => place;

    /// <summary>Reads a file with one mapping.</summary>
    /// <exception cref="AccessException">The file cannot be read, or is no such YAML.</exception>
    internal static YamlMap Load(string path)
    {
        var stream = new YamlStream();
        using var text = new StringReader(AccessFile.Read(path, "kubeconfig"));
        try
        {
            stream.Load(new BoundedYaml(text));
        }
        catch (YamlException e)
        {
            throw new AccessException($"{path} is not valid YAML: line {e.Start.Line}, column {e.Start.Column}: {e.Message}");
        }
        catch (InvalidOperationException e)
        {
            // The parser's answer to some texts that are no YAML.
            throw new AccessException($"{path} is not valid YAML: {e.Message}");
        }
        return stream.Documents is [{ RootNode: YamlMappingNode root }]
            ? new YamlMap(root, path)
            : throw new AccessException($"{path} is no YAML mapping");
    }

    /// <summary>Returns the text of a key, or null where the key is absent or empty.</summary>
    /// <exception cref="AccessException">The value is a mapping or a list.</exception>
    internal string? GetText(string key) => Find(key) switch
    {
        null => null,
        YamlScalarNode { Value: { Length: > 0 } text } => text is "null" or "~" ? null : text,
        YamlScalarNode => null,
        _ => throw new AccessException($"{place}: the value of {key} is no text"),
    };

    /// <summary>Returns the mapping of a key, or null where the key is absent.</summary>
    /// <exception cref="AccessException">The value is something else.</exception>
    internal YamlMap? GetMap(string key) => Find(key) switch
    {
        null => null,
        YamlMappingNode map => new YamlMap(map, $"{place}: {key}"),
        _ => throw new AccessException($"{place}: the value of {key} is no mapping"),
    };

    /// <summary>Returns the mapping below <paramref name="key"/> of the item of a list that has the given name.</summary>
    /// <exception cref="AccessException">The list has no such item.</exception>
    internal YamlMap GetNamed(string list, string name, string key)
    {
        foreach (var item in Find(list) is YamlSequenceNode items ? items.Children : [])
        {
            var map = item is YamlMappingNode mapping ? new YamlMap(mapping, $"{place}: {list}") : null;
            if (map?.GetText("name") == name)
                return map.GetMap(key) ?? throw new AccessException($"{place}: {list}: \"{name}\" has no {key}");
        }
        throw new AccessException($"{place}: {list} has no entry \"{name}\"");
    }

    /// <summary>Tells whether a key is present with a value that is not empty and not false.</summary>
    internal bool Has(string key) => Find(key) is not (null or YamlScalarNode { Value: null or "" or "null" or "~" or "false" });

    YamlNode? Find(string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
}
