namespace CniBridge.Agent.Loop;

/// <summary>The condition NetworkUnavailable of this node, cleared on another thread while the agent is ready.</summary>
interface INodeCondition
{
    /// <summary>True if the node has the condition now.</summary>
    bool IsSet { get; }

    /// <summary>The reason why the condition could not be cleared, or null.</summary>
    string? Failure { get; }

    /// <summary>Starts to follow the condition.</summary>
    /// <param name="trigger">Is set after each change of <see cref="Failure"/>.</param>
    void Start(Trigger trigger);

    /// <summary>Says whether the agent is ready, with the meaning of /readyz.</summary>
    void SetReady(bool isReady);
}
