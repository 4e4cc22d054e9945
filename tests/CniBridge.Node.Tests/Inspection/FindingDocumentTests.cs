using System.Text.RegularExpressions;
using CniBridge.Plugins.Tests.Schema;

namespace CniBridge.Node.Tests.Inspection;

/// <summary>Tests of the tables in docs/doctor.md against the program.</summary>
public sealed partial class FindingDocumentTests
{
    [Fact]
    public void The_document_has_one_row_for_each_kind_with_the_texts_of_the_program()
    {
        var rows = Resource.Text("doctor.md").Split('\n').Where(line => RowPattern().IsMatch(line));
        var expected = FindingSample.All.Select(sample => sample.DocumentRow());
        Assert.Equal(expected.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("^\\| `[a-z0-9-]+` \\| (error|warning) \\|")]
    private static partial Regex RowPattern();
}
