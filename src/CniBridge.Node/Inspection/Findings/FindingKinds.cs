namespace CniBridge.Node.Inspection.Findings;

/// <summary>All kinds of findings, in the order of docs/doctor.md.</summary>
public static class FindingKinds
{
    public static IReadOnlyList<FindingKind> All { get; } =
    [
        .. ConfigurationFindings.All,
        .. RangeFindings.All,
        .. PluginFindings.All,
        .. ForwardingFindings.All,
        .. BridgeFindings.All,
        .. StoreFindings.All,
        .. RuleFindings.All,
        .. RouteFindings.All,
        .. LimitFindings.All,
    ];
}
