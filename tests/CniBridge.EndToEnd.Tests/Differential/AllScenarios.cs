using CniBridge.EndToEnd.Tests.Differential.Scenarios;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>All rows of all tables.</summary>
static class AllScenarios
{
    public static IReadOnlyList<Scenario> Table =>
    [
        .. AddressScenarios.Table,
        .. RouteScenarios.Table,
        .. LinkScenarios.Table,
        .. VersionScenarios.Table,
        .. HostLocalScenarios.Table,
        .. RefusedScenarios.Table,
        .. DeletionScenarios.Table,
        .. CheckScenarios.Table,
        .. LoopbackScenarios.Table,
        .. DelegationScenarios.Table,
        .. PortMapScenarios.Table,
    ];
}
