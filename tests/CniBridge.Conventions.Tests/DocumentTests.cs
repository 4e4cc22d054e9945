using System.Text.RegularExpressions;

namespace CniBridge.Conventions.Tests;

/// <summary>Compares docs/architecture.md and CONTRIBUTING.md with the source tree.</summary>
public sealed partial class DocumentTests
{
    const int MaxTerms = 40, MaxFilesOfAdd = 9;

    /// <summary>The largest number of source files that a new attribute of the port may touch.</summary>
    const int MaxFilesOfOption = 5;

    static readonly string s_text = File.ReadAllText(Path.Combine(Repository.Root, "docs/architecture.md"));

    [Fact]
    public void Files_and_folders_that_the_architecture_names_exist()
    {
        var paths = Codes().Where(code => PathPattern().IsMatch(code)).ToList();

        Assert.NotEmpty(paths);
        Violations.AssertNone(paths.Where(path => !Path.Exists(Path.Combine(Repository.Root, path))));
    }

    [Fact]
    public void Types_and_files_that_the_architecture_names_exist()
    {
        var files = Repository.Sources(Path.Combine(Repository.Root, "src")).Select(path => Path.GetFileName(path)).ToHashSet();
        var names = Codes().Select(code => code.Split('.')).Where(parts => NamePattern().IsMatch(parts[0]) && parts.Length <= 2)
            .Select(parts => parts[0]).Where(name => name != "CniBridge").ToList();

        Assert.NotEmpty(names);
        Violations.AssertNone(names.Where(name => !files.Contains(name + ".cs")).Distinct());
    }

    [Fact]
    public void Source_files_that_CONTRIBUTING_names_exist()
    {
        string[] folders = ["src", "tests"];
        var sources = folders.SelectMany(folder => Repository.Sources(Path.Combine(Repository.Root, folder))).ToList();
        var text = File.ReadAllText(Path.Combine(Repository.Root, "CONTRIBUTING.md"));
        var names = SourcePattern().Matches(text).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(names);
        Violations.AssertNone(names.Where(name => !sources.Exists(path => path.EndsWith("/" + name, StringComparison.Ordinal))));
    }

    [Fact]
    public void CONTRIBUTING_lists_the_files_of_a_port_attribute()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "CONTRIBUTING.md"));
        var section = text.Split("### An on/off attribute of the port")[1].Split("\n#")[0];
        var listed = SourcePattern().Matches(section).Select(match => match.Groups[1].Value).ToList();
        var files = Repository.Sources(Path.Combine(Repository.Root, "src"))
            .Where(path => IsolationPattern().IsMatch(File.ReadAllText(path))).Select(Repository.Relative).ToList();

        Assert.InRange(files.Count, 1, MaxFilesOfOption);
        Violations.AssertNone(files.Where(path => !listed.Exists(name => path.EndsWith("/" + name, StringComparison.Ordinal))));
        Violations.AssertNone(listed.Where(name => !files.Exists(path => path.EndsWith("/" + name, StringComparison.Ordinal))));
    }

    [Fact]
    public void The_glossary_has_at_most_40_terms()
    {
        var glossary = s_text[s_text.IndexOf("## Glossary", StringComparison.Ordinal)..];

        // Without the heading of the table and the line below it.
        Assert.InRange(glossary.Split('\n').Count(line => line.StartsWith('|')) - 2, 10, MaxTerms);
    }

    [Fact]
    public void An_ADD_goes_from_the_program_to_a_netlink_message_through_at_most_nine_files()
    {
        var rows = WalkPattern().Matches(s_text);
        var above = "";

        Assert.InRange(rows.Count, 5, MaxFilesOfAdd);
        Assert.EndsWith("/Program.cs", rows[0].Groups[1].Value, StringComparison.Ordinal);
        foreach (Match row in rows)
        {
            var (path, method) = (row.Groups[1].Value, row.Groups[2].Value);
            var text = File.ReadAllText(Path.Combine(Repository.Root, path));
            if (above.Length > 0)
            {
                var call = new Regex($@"\b{method}\(");
                Assert.True(call.IsMatch(text), $"{path} has no method {method}");
                Assert.True(call.IsMatch(above), $"no file above {path} calls {method}");
            }
            above += text;
        }
    }

    static IEnumerable<string> Codes() => CodePattern().Matches(s_text).Select(match => match.Groups[1].Value);

    /// <summary>A row of the table of an ADD: the file, and the method that an earlier file calls.</summary>
    [GeneratedRegex(@"^\| `(src/[A-Za-z./]+\.cs)` \| `(?:[A-Za-z]+\.)?([A-Za-z]+)` \|", RegexOptions.Multiline)]
    private static partial Regex WalkPattern();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex CodePattern();

    [GeneratedRegex("`([A-Za-z/.]+\\.cs)`")]
    private static partial Regex SourcePattern();

    /// <summary>The names of one attribute in the configuration, in C# and in the kernel.</summary>
    [GeneratedRegex("\\b(portIsolation|Isolated|IFLA_BRPORT_ISOLATED)\\b")]
    private static partial Regex IsolationPattern();

    [GeneratedRegex("^(src|tests|docs|conf|scripts)/[^ ]*$")]
    private static partial Regex PathPattern();

    [GeneratedRegex("^[A-Z][a-z]+([A-Z0-9][A-Za-z0-9]*)?$")]
    private static partial Regex NamePattern();
}
