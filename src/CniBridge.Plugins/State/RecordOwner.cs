using System.Globalization;
using System.Text.Json;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.State;

/// <summary>The attachment of a record and its namespace, which shows whether the attachment still exists.</summary>
/// <param name="Attachment">The attachment.</param>
/// <param name="Netns">The absolute path of the namespace.</param>
/// <param name="NetnsId">The identity of the file at that path; see <see cref="SmallFile.IdentityOf"/>.</param>
sealed record RecordOwner(Attachment Attachment, string Netns, string NetnsId)
{
    /// <summary>See <see cref="NamespaceCookie"/>; <see cref="NamespaceCookie.Unknown"/> in records of earlier versions, too.</summary>
    internal ulong NetnsCookie { get; init; }

    internal static RecordOwner From(CniRequest request)
    {
        var path = request.Environment.NetworkNamespace;
        var identity = SmallFile.IdentityOf(path);
        return new RecordOwner(request.Attachment, request.RecordedNamespacePath, identity ?? "")
        {
            NetnsCookie = identity is null ? NamespaceCookie.Unknown : NamespaceCookie.Of(path),
        };
    }

    /// <summary>
    /// True if the namespace is still at its path. The runtime keeps it there while the container lives. A later namespace at the same
    /// path is another file, or at least has another cookie.
    /// </summary>
    internal bool IsAlive => NetnsId.Length > 0 && SmallFile.IdentityOf(Netns) == NetnsId &&
        (NetnsCookie == NamespaceCookie.Unknown || NamespaceCookie.MayBeSame(NetnsCookie, NamespaceCookie.Of(Netns)));

    /// <summary>The file name of the record.</summary>
    internal string FileName => NameOf(Attachment);

    internal static string NameOf(Attachment attachment) =>
        StateDirectory.NameOf(attachment.Network, attachment.ContainerId, attachment.InterfaceName);

    /// <summary>Returns NETWORK/CONTAINER/INTERFACE; none of the three can contain a slash.</summary>
    public override string ToString() => $"{Attachment.Network}/{Attachment.ContainerId}/{Attachment.InterfaceName}";

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteString("network", Attachment.Network);
        json.WriteString("containerId", Attachment.ContainerId);
        json.WriteString("ifName", Attachment.InterfaceName);
        json.WriteString("netns", Netns);
        json.WriteString("netnsId", NetnsId);
        // Text: a number of JSON has 53 bits in many programs.
        if (NetnsCookie != NamespaceCookie.Unknown)
            json.WriteString("netnsCookie", NetnsCookie.ToString(CultureInfo.InvariantCulture));
    }

    /// <exception cref="JsonException">A member is missing, so the text is no record.</exception>
    internal static RecordOwner Read(JsonKeys keys)
    {
        return new RecordOwner(
            new Attachment(Required("network"), Required("containerId"), Required("ifName")),
            keys.GetString("netns") ?? "", keys.GetString("netnsId") ?? "")
        {
            NetnsCookie = ulong.TryParse(keys.GetString("netnsCookie"), NumberStyles.None, CultureInfo.InvariantCulture, out var cookie)
                ? cookie
                : NamespaceCookie.Unknown,
        };

        string Required(string key) => keys.GetString(key) is { Length: > 0 } text ? text : throw new JsonException($"no {key}");
    }
}
