using System.Text.RegularExpressions;
using CniBridge.Node.Inspection.Findings;
using CniBridge.Plugins.Tests.Schema;

namespace CniBridge.Node.Tests.Inspection;

/// <summary>docs/doctor.md tells of what can be found, in the words in which it is told.</summary>
public sealed partial class FindingDocumentTests
{
    [Fact]
    public void The_document_has_a_row_for_each_kind_in_its_words()
    {
        var rows = Resource.Text("doctor.md").Split('\n').Where(line => RowPattern().IsMatch(line));
        Assert.Equal(FindingKinds.All.Select(Row), rows);
    }

    static string Row(FindingKind kind) =>
        $"| `{kind.Id}` | {(kind.Severity == Severity.Error ? "error" : "warning")} | {Cell(kind.What)} | {Cell(kind.Why)} | `{Cell(kind.Fix)}` |";

    /// <summary>Names without what marks them in the program.</summary>
    static string Cell(string text) => NamePattern().Replace(text, "$1").Replace("|", "\\|", StringComparison.Ordinal);

    [Fact]
    public void Each_kind_has_a_name_of_its_own_and_all_that_there_is_to_say()
    {
        Assert.Equal(FindingKinds.All.Count, FindingKinds.All.Select(kind => kind.Id).Distinct().Count());
        Assert.True(FindingKinds.All.Count >= 60);
        Assert.All(FindingKinds.All, kind =>
        {
            Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", kind.Id);
            Assert.DoesNotMatch(@"\.$|\{", kind.Why);
            Assert.DoesNotMatch(@"\.$", kind.What);
            Assert.All([kind.What, kind.Why, kind.Fix], text => Assert.False(string.IsNullOrWhiteSpace(text) || text.Contains('\n', StringComparison.Ordinal)));
        });
    }

    [GeneratedRegex("^\\| `[a-z0-9-]+` \\| (error|warning) \\|")]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"[\[{]([A-Z_]+)[\]}]")]
    private static partial Regex NamePattern();
}
