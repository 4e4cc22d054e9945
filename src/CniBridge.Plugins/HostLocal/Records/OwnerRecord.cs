using System.Globalization;
using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;

namespace CniBridge.Plugins.HostLocal.Records;

/// <summary>The record of an owner of addresses, stored as lines of a small file.</summary>
/// <param name="Entries">The addresses that the owner has, or that are about to be reserved for it.</param>
/// <param name="Origin">Null: another plugin made the attachment, or an early version of this one.</param>
sealed record OwnerRecord(ReservationOwner Owner, IReadOnlyList<RecordedAddress> Entries, AttachmentOrigin? Origin)
{
    /// <summary>The last line. After a crash between writing and truncating, the rest of a longer text may follow.</summary>
    const string End = "end";

    /// <summary>The length limits of Kubernetes: 63 characters for a namespace, 253 for a pod, and the slash.</summary>
    const int MaxPodLength = 63 + 1 + 253;

    /// <summary>A time in the year 9892; <see cref="DateTimeOffset"/> ends with 9999.</summary>
    const long MaxSeconds = 250_000_000_000;

    internal IReadOnlyList<IpAddress> Addresses => [.. Entries.Select(entry => entry.Address)];

    /// <summary>Returns the record with an address that the attachment of the origin reserves.</summary>
    internal OwnerRecord With(IpAddress address, DateTimeOffset madeAt)
    {
        var rest = Without(address);
        return rest with { Entries = [.. rest.Entries, new RecordedAddress(address, madeAt)] };
    }

    internal OwnerRecord Without(IpAddress address)
    {
        var rest = new List<RecordedAddress>(Entries);
        rest.RemoveAll(entry => entry.Address == address);
        return this with { Entries = rest };
    }

    /// <summary>Returns the record for another attachment of the owner, which did not make the existing reservations.</summary>
    internal OwnerRecord For(AttachmentOrigin? origin) => origin == Origin
        ? this
        : this with { Origin = origin, Entries = [.. Entries.Select(entry => entry with { MadeAt = null })] };

    /// <summary>Returns the record for another attachment of the owner, which takes over the existing reservations.</summary>
    /// <param name="findTime">Returns the modification time of a reservation's file, or null when there is none.</param>
    internal OwnerRecord Adopt(AttachmentOrigin? origin, Func<IpAddress, DateTimeOffset?> findTime) => this with
    {
        Origin = origin,
        Entries = [.. Entries.Select(entry => entry with { MadeAt = findTime(entry.Address) })],
    };

    internal RecordedAddress? Find(IpAddress address)
    {
        foreach (var entry in Entries)
        {
            if (entry.Address == address)
                return entry;
        }
        return null;
    }

    /// <summary>Returns the content of the record's file.</summary>
    /// <param name="store">The directory of the reservations.</param>
    internal byte[] ToBytes(string store)
    {
        var text = new StringBuilder();
        foreach (var entry in Entries)
            text.Append(entry).Append('\n');
        Append(text, "container", Owner.ContainerId);
        Append(text, "interface", Owner.InterfaceName);
        Append(text, "store", store);
        if (Origin is not null)
        {
            Append(text, "boot", Origin.BootId);
            Append(text, "netns", Origin.Netns);
            Append(text, "netnsid", Origin.NetnsId);
            if (Origin.NetnsCookie != NamespaceCookie.Unknown)
                Append(text, "netnscookie", Origin.NetnsCookie.ToString(CultureInfo.InvariantCulture));
            if (Origin.Pod.Length is > 0 and <= MaxPodLength)
                Append(text, "pod", Origin.Pod);
            Append(text, "since", Origin.Since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }
        return Encoding.UTF8.GetBytes(text.Append(End).Append('\n').ToString());
    }

    /// <summary>Appends a line. Leaves out a value with a line feed, which would become two lines.</summary>
    static void Append(StringBuilder text, string key, string value)
    {
        if (!value.Contains('\n', StringComparison.Ordinal))
            text.Append(key).Append('=').Append(value).Append('\n');
    }

    /// <summary>Parses a record. Uses the addresses even if all else is missing, as in records of earlier versions.</summary>
    internal static StoredRecord Parse(byte[] bytes)
    {
        var entries = new List<RecordedAddress>();
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        var isWhole = false;
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            isWhole = line == End;
            if (isWhole)
                break;
            if (RecordedAddress.TryParse(line) is { } entry)
                entries.Add(entry);
            else if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                pairs[line[..equals]] = line[(equals + 1)..];
        }
        var owner = new ReservationOwner(pairs.GetValueOrDefault("container", ""), pairs.GetValueOrDefault("interface", ""));
        var record = new OwnerRecord(owner, entries, isWhole ? ReadOrigin(pairs) : null);
        return new StoredRecord(record, isWhole ? pairs.GetValueOrDefault("store") : null);
    }

    static AttachmentOrigin? ReadOrigin(Dictionary<string, string> pairs) =>
        pairs.TryGetValue("boot", out var boot) && pairs.TryGetValue("netns", out var netns) &&
        pairs.TryGetValue("netnsid", out var identity) && ReadTime(pairs, "since") is { } since
            ? new AttachmentOrigin(boot, netns, identity, since)
            {
                NetnsCookie = ReadCookie(pairs),
                Pod = pairs.GetValueOrDefault("pod", ""),
            }
            : null;

    static ulong ReadCookie(Dictionary<string, string> pairs) =>
        ulong.TryParse(pairs.GetValueOrDefault("netnscookie"), NumberStyles.None, CultureInfo.InvariantCulture, out var cookie)
            ? cookie
            : NamespaceCookie.Unknown;

    static DateTimeOffset? ReadTime(Dictionary<string, string> pairs, string key) =>
        pairs.TryGetValue(key, out var text) &&
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < MaxSeconds
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}

/// <summary>A record as it is stored.</summary>
/// <param name="Store">The directory of the reservations; null: not recorded.</param>
sealed record StoredRecord(OwnerRecord Record, string? Store);
