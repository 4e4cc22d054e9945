using System.Text.Json;
using System.Text.Unicode;

namespace CniBridge.Plugins.Protocol;

/// <summary>A JSON text that several readers may read: parsed once, when the first one does.</summary>
public sealed class JsonText(byte[] bytes)
{
    JsonTree? _tree;

    /// <summary>As it came.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <exception cref="JsonException">Not JSON.</exception>
    internal JsonTree Tree => _tree ??= Parse();

    JsonTree Parse() => Utf8.IsValid(Bytes) ? JsonParser.Parse(Bytes) : throw new JsonException("the text is not valid UTF-8");
}
