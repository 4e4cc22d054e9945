using CniBridge.EndToEnd.Tests.Differential.Scenarios;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Tests of the differences in addresses, routes, links and versions of results.</summary>
[RunsFirst]
public sealed class NetworkDifferenceTests : DifferentialTests
{
    static readonly IReadOnlyList<Scenario> s_table =
    [
        .. AddressScenarios.Table,
        .. RouteScenarios.Table,
        .. LinkScenarios.Table,
        .. VersionScenarios.Table,
    ];

    public static TheoryData<string> Names => NamesOf(s_table);

    [Theory]
    [MemberData(nameof(Names))]
    public void Our_plugin_behaves_like_the_Go_plugin(string name) => Compare(s_table, name);
}
