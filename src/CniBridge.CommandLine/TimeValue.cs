using System.CommandLine.Parsing;
using System.Globalization;

namespace CniBridge.CommandLine;

/// <summary>Times in options: a duration before now, or a time of day with date.</summary>
static class TimeValue
{
    /// <summary>Parses a duration with one unit (90s, 10m, 2h, 1d), or a time of RFC 3339. A time without an offset is in UTC.</summary>
    internal static DateTimeOffset? ParseSince(ArgumentResult result)
    {
        var text = result.Tokens is [var token] ? token.Value : "";
        if (TryParseDuration(text) is { } duration)
            return DateTimeOffset.UtcNow - duration;
        if (text.Contains('-', StringComparison.Ordinal) && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }
        result.AddError($"invalid --since \"{text}\": use a duration such as 90s, 10m, 2h or 1d, or a time such as 2026-11-22T01:05:23Z");
        return null;
    }

    static TimeSpan? TryParseDuration(string text)
    {
        // The limit keeps the time in the range of the type, and is longer than any log.
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > 99_999)
            return null;
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' => TimeSpan.FromDays(count),
            _ => null,
        };
    }
}
