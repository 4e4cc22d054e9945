using System.Globalization;

namespace CniBridge.CommandLine;

/// <summary>Times relative to now, as kubectl prints them: two units at most, such as "45s", "5m30s" and "3d4h".</summary>
static class RelativeTime
{
    static readonly (string Unit, long Seconds)[] s_units = [("d", 86400), ("h", 3600), ("m", 60), ("s", 1)];

    /// <summary>Returns the age of a time; empty for null.</summary>
    internal static string AgeOf(DateTimeOffset? time) => AgeOf(time, DateTimeOffset.UtcNow);

    static string AgeOf(DateTimeOffset? time, DateTimeOffset now)
    {
        if (time is null)
            return "";
        var seconds = (long)(now - time.Value).TotalSeconds;
        // The clock of the node may have been set back.
        return seconds < 0 ? $"in {Format(-seconds)}" : Format(seconds);
    }

    /// <summary>Returns a time as "2026-11-22 01:05:23Z (5m30s ago)"; empty for null.</summary>
    internal static string AbsoluteWithAge(DateTimeOffset? time) => time is null
        ? ""
        : $"{Absolute(time)} ({(AgeOf(time) is var age && age.StartsWith("in ", StringComparison.Ordinal) ? age : $"{age} ago")})";

    /// <summary>Returns a time in UTC; empty for null.</summary>
    internal static string Absolute(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    static string Format(long seconds)
    {
        for (var i = 0; i < s_units.Length - 1; i++)
        {
            var (unit, length) = s_units[i];
            var count = seconds / length;
            if (count == 0)
                continue;
            var (smaller, smallerLength) = s_units[i + 1];
            var rest = seconds % length / smallerLength;
            // The second unit matters for small numbers only.
            return count < 10 && rest > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{count}{unit}{rest}{smaller}")
                : string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{seconds}s");
    }
}
