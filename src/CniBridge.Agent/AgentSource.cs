using CniBridge.Agent.Loop;

namespace CniBridge.Agent;

/// <summary>The feed of the node table, with the objects that end with it.</summary>
/// <param name="owned">The objects to dispose, in this order.</param>
sealed class AgentSource(INodeFeed feed, params IDisposable[] owned) : IDisposable
{
    internal INodeFeed Feed => feed;

    public void Dispose()
    {
        foreach (var one in owned)
            one.Dispose();
    }
}
