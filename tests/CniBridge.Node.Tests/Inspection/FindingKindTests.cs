using CniBridge.Node.Inspection;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Tests.Inspection;

public sealed class FindingKindTests
{
    static readonly FindingKind s_kind = Kind(Severity.Error);

    static FindingKind Kind(Severity severity, string fix = "rm {FILE} && [COMMAND] {FILE}") =>
        new("id", severity, "{FILE} is of {POD}", "why", fix);

    [Fact]
    public void Names_are_replaced_and_values_are_words_of_the_shell_in_commands()
    {
        var finding = s_kind.Create("FILE", "/a dir/it's", "POD", "pod", "COMMAND", "nft add 'x'");
        Assert.Equal("/a dir/it's is of pod", finding.What);
        Assert.Equal("rm '/a dir/it'\\''s' && nft add 'x' '/a dir/it'\\''s'", finding.Fix);
        Assert.Same(s_kind, finding.Kind);
    }

    [Fact]
    public void A_value_that_looks_like_a_name_stays_as_it_is()
    {
        var finding = s_kind.Create("FILE", "{POD}[COMMAND]", "POD", "{FILE}", "COMMAND", "nft list {FILE} [COMMAND]");
        Assert.Equal("{POD}[COMMAND] is of {FILE}", finding.What);
        Assert.Equal("rm '{POD}[COMMAND]' && nft list {FILE} [COMMAND] '{POD}[COMMAND]'", finding.Fix);
    }

    [Fact]
    public void A_name_without_a_value_stays_as_it_is()
    {
        var finding = Kind(Severity.Error, "echo {} [ -f {FILE").Create("OTHER", "x");
        Assert.Equal("{FILE} is of {POD}", finding.What);
        Assert.Equal("echo {} [ -f {FILE", finding.Fix);
    }

    [Fact]
    public void A_list_knows_the_program()
    {
        var found = new FindingList("/opt/my bin/cni-bridge");
        found.Add(Kind(Severity.Error, "{PROGRAM} repair"));
        Assert.Equal("'/opt/my bin/cni-bridge' repair", Assert.Single(found.Findings).Fix);
    }

    [Fact]
    public void A_report_counts_by_severity()
    {
        var report = new DoctorReport([s_kind.Create(), s_kind.Create(), Kind(Severity.Warning).Create()], []);
        Assert.Equal((2, 1), (report.Count(Severity.Error), report.Count(Severity.Warning)));
    }
}
