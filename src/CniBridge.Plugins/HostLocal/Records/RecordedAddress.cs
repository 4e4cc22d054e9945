using System.Globalization;
using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal.Records;

/// <summary>An address in the record of its owner.</summary>
/// <param name="MadeAt">
/// The modification time of the reservation's file if the recorded attachment made it. A file with another time is of another
/// attachment. Null: the maker is unknown.
/// </param>
sealed record RecordedAddress(IpAddress Address, DateTimeOffset? MadeAt)
{
    /// <summary>Parses ADDRESS or ADDRESS TICKS, with ticks of 100 ns since 1970. Returns null for other text.</summary>
    internal static RecordedAddress? TryParse(string line)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (!IpAddress.TryParse(blank < 0 ? line : line[..blank], out var address))
            return null;
        return new RecordedAddress(address, blank < 0 ? null : ParseTime(line.AsSpan(blank + 1)));
    }

    static DateTimeOffset? ParseTime(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks < s_maxTicks
            ? DateTimeOffset.UnixEpoch.AddTicks(ticks)
            : null;

    static readonly long s_maxTicks = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks;

    /// <summary>
    /// Returns the text that <see cref="TryParse"/> accepts. An interpolated string would be the first user of the array pool in an
    /// ADD, which costs a read of /dev/urandom.
    /// </summary>
    public override string ToString() => MadeAt is not { } time
        ? Address.ToString()
        : Address + " " + (time - DateTimeOffset.UnixEpoch).Ticks.ToString(CultureInfo.InvariantCulture);
}
