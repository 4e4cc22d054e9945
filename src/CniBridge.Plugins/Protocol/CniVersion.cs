using System.Globalization;

namespace CniBridge.Plugins.Protocol;

/// <summary>Versions of the CNI specification.</summary>
public static class CniVersion
{
    /// <summary>The version of a configuration that names none.</summary>
    public const string Oldest = "0.1.0";

    public const string Current = "1.1.0";

    /// <summary>The supported versions, oldest first. As in the reference plugins, only the exact text counts.</summary>
    public static IReadOnlyList<string> Supported { get; } = [Oldest, "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", Current];

    /// <summary>Tells whether results have interfaces. Results of 0.1.0 and 0.2.0 have one address per family and no interfaces.</summary>
    public static bool HasInterfaces(string version) => Parse(version) >= new Version(0, 3, 0);

    /// <summary>Tells whether a version has the verb that was introduced with <paramref name="since"/>.</summary>
    /// <exception cref="CniException">Code 6: the text is no version.</exception>
    public static bool IsAtLeast(string version, string since) => Parse(version) >= Parse(since);

    /// <exception cref="CniException">Code 1 with both sides in its details.</exception>
    public static void CheckSupported(string version)
    {
        if (Supported.Contains(version))
            return;
        var list = string.Join(' ', Supported.Select(v => $"\"{v}\""));
        throw new CniException(CniErrorCode.IncompatibleVersion, "incompatible CNI versions",
            $"config is \"{version}\", plugin supports [{list}]");
    }

    /// <summary>Parses one to three numbers between dots; missing numbers are 0, and an empty text is the oldest version.</summary>
    static Version Parse(string version)
    {
        var parts = (version.Length == 0 ? Oldest : version).Split('.');
        if (parts.Length > 3)
            throw new CniException(CniErrorCode.DecodingFailure, $"invalid version \"{version}\": too many parts");
        var numbers = new int[3];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                throw new CniException(CniErrorCode.DecodingFailure, $"invalid version \"{version}\": \"{parts[i]}\" is not a number");
        }
        return new Version(numbers[0], numbers[1], numbers[2]);
    }
}
