using CniBridge.EndToEnd.Tests.Differential.Scenarios;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Tests of the differences in host ports.</summary>
[RunsFirst]
public sealed class PortMapDifferenceTests : DifferentialTests
{
    static readonly IReadOnlyList<Scenario> s_table =
    [
        .. PortMapScenarios.Table,
    ];

    public static TheoryData<string> Names => NamesOf(s_table);

    [Theory]
    [MemberData(nameof(Names))]
    public void Our_plugin_behaves_like_the_Go_plugin(string name) => Compare(s_table, name);
}
