using CniBridge.Node.Runtime;

namespace CniBridge.Node.Inspection.Configurations;

/// <summary>The review of one configuration file.</summary>
/// <param name="IsRead">False: the file could not be read, and the only finding says why.</param>
public sealed record FileReview(string File, IReadOnlyList<ConfigurationFinding> Findings, bool IsRead)
{
    static readonly TextPosition s_start = new(1, 1);

    /// <summary>Reviews a file whatever is wrong with it.</summary>
    /// <param name="binDir">Where the plugins are looked for.</param>
    public static FileReview Of(string file, string binDir)
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
        var findings = ConfigurationReview.Of(text, binDir);
        return new FileReview(file, WhyMisnamed(file, text) is { } why ? [why, .. findings] : findings, IsRead: true);
    }

    /// <summary>Compares the extension with the content; null where they agree or runtimes do not read the file.</summary>
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
