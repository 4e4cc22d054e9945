using CniBridge.Agent.Loop;

namespace CniBridge.Agent;

/// <summary>The feed of the node table and the condition of this node, with the objects that end with them.</summary>
/// <param name="condition">The condition that the agent clears, or null.</param>
/// <param name="owned">The objects to dispose, in this order.</param>
sealed class AgentSource(INodeFeed feed, INodeCondition? condition, params IDisposable[] owned) : IDisposable
{
    internal INodeFeed Feed => feed;

    internal INodeCondition? Condition => condition;

    public void Dispose()
    {
        foreach (var one in owned)
            one.Dispose();
    }
}
