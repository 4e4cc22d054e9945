using System.Text.RegularExpressions;

namespace CniBridge.EndToEnd.Tests.Documents;

/// <summary>The commands that a document of the repository shows.</summary>
static partial class MarkdownCode
{
    /// <summary>Returns the text of each block of shell commands.</summary>
    /// <param name="document">The path from the root of the repository.</param>
    public static IReadOnlyList<string> ShellBlocks(string document) =>
        [.. BlockPattern().Matches(File.ReadAllText(Path.Combine(PluginDirectory.RepositoryRoot, document)))
            .Select(block => block.Groups[1].Value)];

    [GeneratedRegex(@"^```sh\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BlockPattern();
}
