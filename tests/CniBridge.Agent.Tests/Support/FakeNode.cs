namespace CniBridge.Agent.Tests.Support;

/// <summary>A node of the fake API.</summary>
sealed record FakeNode(string Name, string Address, params string[] PodRanges)
{
    internal long CreationTime { get; init; } = 1_700_000_000;

    /// <summary>The status of the condition NetworkUnavailable; empty: the node does not have it.</summary>
    internal string NetworkUnavailable { get; init; } = "";

    internal string ResourceVersion { get; init; } = "1";

    /// <summary>Fields of a real node that the agent does not need, which are most of its bytes.</summary>
    internal string Ballast { get; init; } = "";
}
