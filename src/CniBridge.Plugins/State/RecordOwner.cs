using System.Text.Json;
using CniBridge.Linux;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.State;

/// <summary>Whose a record is, and its namespace, by which one can tell whether it still lives.</summary>
/// <param name="Attachment">The container's interface.</param>
/// <param name="Netns">The absolute path of the namespace.</param>
/// <param name="NetnsId">What lay at that path; see <see cref="SmallFile.IdentityOf"/>.</param>
sealed record RecordOwner(Attachment Attachment, string Netns, string NetnsId)
{
    internal static RecordOwner Of(CniRequest request) =>
        new(request.Attachment, request.RecordedNamespacePath, SmallFile.IdentityOf(request.Environment.NetworkNamespace) ?? "");

    /// <summary>
    /// Is its namespace still where it was? A runtime keeps it there as long as the container lives, and another that came to
    /// the same path is another file.
    /// </summary>
    internal bool IsAlive => NetnsId.Length > 0 && SmallFile.IdentityOf(Netns) == NetnsId;

    /// <summary>The name of its record.</summary>
    internal string FileName => NameOf(Attachment);

    internal static string NameOf(Attachment attachment) =>
        StateDirectory.NameOf(attachment.Network, attachment.ContainerId, attachment.InterfaceName);

    /// <summary>NETWORK/CONTAINER/INTERFACE; none of the three can hold a slash.</summary>
    public override string ToString() => $"{Attachment.Network}/{Attachment.ContainerId}/{Attachment.InterfaceName}";

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteString("network", Attachment.Network);
        json.WriteString("containerId", Attachment.ContainerId);
        json.WriteString("ifName", Attachment.InterfaceName);
        json.WriteString("netns", Netns);
        json.WriteString("netnsId", NetnsId);
    }

    /// <exception cref="JsonException">Something is missing: it is no record.</exception>
    internal static RecordOwner Read(JsonKeys keys)
    {
        return new RecordOwner(
            new Attachment(Required("network"), Required("containerId"), Required("ifName")),
            keys.Text("netns") ?? "", keys.Text("netnsId") ?? "");

        string Required(string key) => keys.Text(key) is { Length: > 0 } text ? text : throw new JsonException($"no {key}");
    }
}
