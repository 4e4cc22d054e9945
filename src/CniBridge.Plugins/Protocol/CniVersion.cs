using System.Globalization;

namespace CniBridge.Plugins.Protocol;

/// <summary>Versions of the CNI specification.</summary>
public static class CniVersion
{
    /// <summary>What a configuration without a version means.</summary>
    public const string Oldest = "0.1.0";

    public const string Current = "1.1.0";

    /// <summary>Oldest first. Support is a matter of exact text, as in the reference plugins.</summary>
    public static IReadOnlyList<string> Supported { get; } = [Oldest, "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", Current];

    /// <summary>Results of 0.1.0 and 0.2.0 know one address per family and no interfaces.</summary>
    public static bool HasInterfaces(string version) => Parse(version) >= new Version(0, 3, 0);

    /// <summary>Is the version at least that of the verb's introduction?</summary>
    /// <exception cref="CniException">Code 6 for a version that is none.</exception>
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

    /// <summary>One to three numbers between dots; what is missing is 0, and nothing is the oldest.</summary>
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
