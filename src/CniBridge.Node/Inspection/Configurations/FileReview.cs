using CniBridge.Node.Runtime;

namespace CniBridge.Node.Inspection.Configurations;

/// <summary>The review of one configuration file.</summary>
/// <param name="IsRead">False if the file could not be read; the only finding is then the reason.</param>
public sealed record FileReview(string File, IReadOnlyList<ConfigurationFinding> Findings, bool IsRead)
{
    static readonly TextPosition s_start = new(1, 1);

    /// <summary>Reads and reviews a file. A file that cannot be read gives a finding, not an exception.</summary>
    /// <param name="binDir">The directory of the plugins.</param>
    public static FileReview Create(string file, string binDir)
    {
        byte[] text;
        try
        {
            text = NetworkList.Read(file);
        }
        catch (RuntimeException e)
        {
            return new FileReview(file, [new ConfigurationFinding(true, s_start, "", e.Message)], IsRead: false);
        }
        var findings = ConfigurationReview.Create(text, binDir);
        return new FileReview(file, WhyMisnamed(file, text) is { } why ? [why, .. findings] : findings, IsRead: true);
    }

    /// <summary>
    /// Compares the extension with the content. Returns null if they agree, or if runtimes ignore files with this extension.
    /// </summary>
    static ConfigurationFinding? WhyMisnamed(string file, byte[] text)
    {
        if (!NetworkList.IsRead(file) || !RuntimeJson.TryParseObject(text, out var root))
            return null;
        var isList = root.ContainsKey("plugins");
        return isList == NetworkList.HasExtensionOfLists(file) ? null : new ConfigurationFinding(true, s_start, "", isList
            ? "a list of plugins needs the extension .conflist"
            : "a .conflist needs a list of plugins; a single plugin needs the extension .conf");
    }
}
