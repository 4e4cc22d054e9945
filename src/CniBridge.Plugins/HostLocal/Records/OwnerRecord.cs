using System.Globalization;
using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;

namespace CniBridge.Plugins.HostLocal.Records;

/// <summary>What is known of an owner of addresses beside its reservations, as lines of a small file.</summary>
/// <param name="Entries">The addresses that it has, or that are about to be reserved for it.</param>
/// <param name="Origin">Null: another plugin made it, or a version of ours that recorded none.</param>
sealed record OwnerRecord(ReservationOwner Owner, IReadOnlyList<RecordedAddress> Entries, AttachmentOrigin? Origin)
{
    /// <summary>The last line: what follows is left of a longer text, when a crash came between writing and cutting.</summary>
    const string End = "end";

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

    /// <summary>Returns the record for another attachment of the owner: that one has not made what is there.</summary>
    internal OwnerRecord For(AttachmentOrigin? origin) => origin == Origin
        ? this
        : this with { Origin = origin, Entries = [.. Entries.Select(entry => entry with { MadeAt = null })] };

    /// <summary>Returns the record for another attachment of the owner, which takes over what is there.</summary>
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

    /// <param name="store">The directory that the reservations are in.</param>
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

    /// <summary>A namespace has at most 63 characters, a pod 253; what is longer is no such name.</summary>
    const int MaxPodLength = 63 + 1 + 253;

    /// <summary>A path may be anything; one that would be two lines is left out, and with it what it would prove.</summary>
    static void Append(StringBuilder text, string key, string value)
    {
        if (!value.Contains('\n', StringComparison.Ordinal))
            text.Append(key).Append('=').Append(value).Append('\n');
    }

    /// <summary>The addresses count, whatever else is missing: so earlier versions wrote it.</summary>
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

    /// <summary>The year 9999 or so, which is as far as .NET counts.</summary>
    const long MaxSeconds = 250_000_000_000;
}

/// <summary>A record as it was found.</summary>
/// <param name="Store">The directory with the reservations, or null: not recorded.</param>
sealed record StoredRecord(OwnerRecord Record, string? Store);
