using System.Text.RegularExpressions;

namespace CniBridge.Conventions.Tests;

/// <summary>Tests of the links in Markdown files: the file and the heading of each relative link exist.</summary>
public sealed partial class LinkTests
{
    const int MaxLinesOfReadme = 150, LinesBeforeFirstPing = 40;

    static IEnumerable<string> Documents => Repository.Files(Path.Combine(Repository.Root, "docs"), "*.md")
        .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"));

    [Fact]
    public void Relative_links_of_documents_lead_to_a_file_and_a_heading()
    {
        var links = Documents.SelectMany(path => Links(path).Select(target => (Path: path, Target: target))).ToList();

        Assert.NotEmpty(links);
        Violations.AssertNone(links.Where(link => !IsValid(link.Path, link.Target))
            .Select(link => $"{Repository.Relative(link.Path)}: {link.Target}"));
    }

    [Fact]
    public void README_leads_to_every_document()
    {
        var targets = Links(Path.Combine(Repository.Root, "README.md")).Select(target => target.Split('#')[0]).ToHashSet();

        Violations.AssertNone(Repository.Files(Path.Combine(Repository.Root, "docs"), "*.md").Select(Repository.Relative)
            .Where(path => !targets.Contains(path)));
    }

    [Fact]
    public void README_is_short_and_begins_with_the_first_ping()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "README.md"));

        Assert.InRange(lines.Length, 1, MaxLinesOfReadme);
        Assert.Contains(lines.Take(LinesBeforeFirstPing), line => line.Contains(" ping ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("## host-local (`ipam`)", "host-local-ipam")]
    [InlineData("### Upgrade from `cni-bridge agent`", "upgrade-from-cni-bridge-agent")]
    [InlineData("# No IP addresses, or DNS_1?", "no-ip-addresses-or-dns_1")]
    public void The_anchor_of_a_heading_has_no_punctuation(string heading, string anchor) => Assert.Equal(anchor, AnchorOf(heading));

    static bool IsValid(string document, string target)
    {
        var parts = target.Split('#');
        var path = parts[0].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, parts[0]);
        return Path.Exists(path) && (parts.Length == 1 || Anchors(path).Contains(parts[1]));
    }

    static IEnumerable<string> Links(string path) => WithoutCode(path)
        .SelectMany(line => LinkPattern().Matches(InlineCode().Replace(line, "x")).Select(match => match.Groups[1].Value))
        .Where(target => !target.Contains("://", StringComparison.Ordinal));

    static HashSet<string> Anchors(string path) =>
        [.. WithoutCode(path).Where(line => line.StartsWith('#')).Select(AnchorOf)];

    static string AnchorOf(string heading) =>
        Punctuation().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    static IEnumerable<string> WithoutCode(string path)
    {
        var isCode = false;
        foreach (var line in File.ReadLines(path))
        {
            var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            isCode ^= isFence;
            if (!isCode && !isFence)
                yield return line;
        }
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();
}
