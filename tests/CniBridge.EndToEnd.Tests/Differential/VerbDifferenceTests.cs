using CniBridge.EndToEnd.Tests.Differential.Scenarios;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Tests of the differences in refused configurations, DEL, CHECK, and other plugins than bridge and portmap.</summary>
[RunsFirst]
public sealed class VerbDifferenceTests : DifferentialTests
{
    static readonly IReadOnlyList<Scenario> s_table =
    [
        .. HostLocalScenarios.Table,
        .. RefusedScenarios.Table,
        .. DeletionScenarios.Table,
        .. CheckScenarios.Table,
        .. LoopbackScenarios.Table,
        .. DelegationScenarios.Table,
    ];

    public static TheoryData<string> Names => NamesOf(s_table);

    [Theory]
    [MemberData(nameof(Names))]
    public void Our_plugin_behaves_like_the_Go_plugin(string name) => Compare(s_table, name);
}
